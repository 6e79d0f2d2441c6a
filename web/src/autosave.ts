// Saves what is being typed, two seconds after the last stroke.

const rest = 2000;

function say(form: HTMLFormElement, kind: "saved" | "failed"): void {
  const place =
    form.querySelector<HTMLElement>("[data-autosave-status]") ??
    document.querySelector<HTMLElement>("[data-autosave-status]");
  const text = place?.dataset[kind];
  if (!place || !text) return;
  const time = new Date().toLocaleTimeString(document.documentElement.lang || undefined, {
    hour: "2-digit",
    minute: "2-digit",
  });
  place.textContent = text.includes("{time}") ? text.replace("{time}", time) : `${text} ${time}`;
}

function newOnce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** What a form would send, under a token of its own. */
export function fields(form: HTMLFormElement): URLSearchParams {
  const out = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") out.append(name, value);
  });
  // The form's own token stays unused: with it the server would take the real
  // sending, later, for a repetition.
  if (out.has("_once")) out.set("_once", newOnce());
  return out;
}

function watch(form: HTMLFormElement, url: URL, saved: () => void): void {
  let timer = 0;
  let sent = false; // the form itself went off: nothing may follow it
  let running: AbortController | undefined;

  const save = async (): Promise<void> => {
    running?.abort();
    const mine = (running = new AbortController());
    try {
      const answer = await fetch(url.href, {
        method: "POST",
        body: fields(form),
        headers: { "X-Naungan-Autosave": "1" },
        credentials: "same-origin",
        redirect: "manual", // being sent to the sign-in page is not being saved
        signal: mine.signal,
      });
      say(form, answer.ok ? "saved" : "failed");
      if (answer.ok) saved();
    } catch {
      if (!mine.signal.aborted) say(form, "failed");
    }
  };

  const later = (): void => {
    clearTimeout(timer);
    if (!sent) timer = window.setTimeout(() => void save(), rest);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
    running?.abort();
  });
}

/** Starts the forms with data-autosave; saved is called after each success. */
export function autosave(saved: () => void): void {
  document.querySelectorAll<HTMLFormElement>("form[data-autosave]").forEach((form) => {
    const url = new URL(form.dataset.autosave || form.action, location.href);
    if (url.origin === location.origin) watch(form, url, saved);
  });
}
