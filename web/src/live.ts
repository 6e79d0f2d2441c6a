// Checks a form while it is filled: what stands in it goes to a check of the same
// page, and what that finds is put in place. Nothing is stored.

import { fields } from "./autosave";

const rest = 800; // milliseconds after the last stroke
const restLong = 1500; // for a whole manual
const long = 50_000; // characters

function note(form: HTMLFormElement, link: HTMLAnchorElement): void {
  const field = document.getElementById(link.dataset.field ?? "");
  const group = field?.closest<HTMLElement>(".govuk-form-group");
  if (!field || !group || !form.contains(group)) return;
  for (let fold = group.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    fold.dataset.wrong = "";
  }
  const says = document.createElement("p");
  says.className = "govuk-error-message n-live-note";
  says.textContent = link.textContent;
  group.querySelector("label, legend")?.after(says);
}

/** Puts the answer into its place; the same answer again is not read out again. */
function show(form: HTMLFormElement, box: HTMLElement, html: string): void {
  const answer = new DOMParser().parseFromString(html, "text/html").body;
  if (box.innerHTML !== answer.innerHTML) box.replaceChildren(...Array.from(answer.childNodes));
  form.querySelectorAll(".n-live-note").forEach((n) => n.remove());
  form.querySelectorAll<HTMLElement>("details[data-wrong]").forEach((d) => delete d.dataset.wrong);
  box.querySelectorAll<HTMLAnchorElement>("a[data-field]").forEach((link) => note(form, link));
}

function watch(form: HTMLFormElement, box: HTMLElement, url: URL, seen: () => void): void {
  let timer = 0;
  let sent = false; // the form itself went off
  let running: AbortController | undefined;

  const look = async (body: URLSearchParams): Promise<void> => {
    running?.abort();
    const mine = (running = new AbortController());
    try {
      const answer = await fetch(url.href, {
        method: "POST",
        body,
        credentials: "same-origin",
        redirect: "manual",
        signal: mine.signal,
      });
      const html = answer.ok ? await answer.text() : "";
      if (mine.signal.aborted) return;
      if (!answer.ok) {
        box.textContent = box.dataset.failed ?? "";
        return;
      }
      show(form, box, html);
      seen();
    } catch {
      if (!mine.signal.aborted) box.textContent = box.dataset.failed ?? "";
    }
  };

  const later = (): void => {
    clearTimeout(timer);
    if (sent) return;
    const size = Array.from(form.querySelectorAll("textarea")).reduce((n, t) => n + t.value.length, 0);
    timer = window.setTimeout(() => void look(fields(form)), size > long ? restLong : rest);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
    running?.abort();
  });
  // A link to a field in a fold that is shut opens it.
  box.addEventListener("click", (e) => {
    const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>("a[data-field]") : null;
    const field = link && document.getElementById(link.dataset.field ?? "");
    for (let fold = field?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
    if (field && link) {
      e.preventDefault();
      field.scrollIntoView({ block: "center" });
      field.focus();
    }
  });
}

/** Starts the forms with data-check; seen is called after each answer. */
export function liveCheck(seen: () => void): void {
  document.querySelectorAll<HTMLFormElement>("form[data-check]").forEach((form) => {
    const box = form.querySelector<HTMLElement>("[data-check-result]");
    const url = new URL(form.dataset.check ?? "", location.href);
    if (box && url.origin === location.origin) watch(form, box, url, seen);
  });
}
