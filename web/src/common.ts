// What public and staff pages share. Everything here is an addition: pages work
// without it.

function leave(href: string): void {
  document.body.hidden = true;
  document.title = "\u2026";
  try {
    sessionStorage.clear();
  } catch {
    // storage may be switched off
  }
  location.replace(href);
}

/** The quick exit: its link, or Shift three times within two seconds. */
export function quickExit(): void {
  const link = document.querySelector<HTMLAnchorElement>("a.n-exit[href]");
  if (!link) return;

  link.addEventListener("click", (e) => {
    e.preventDefault();
    leave(link.href);
  });

  let presses: number[] = [];
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Shift") {
      presses = []; // capitals typed in a row are no wish to leave
      return;
    }
    if (e.repeat) return;
    presses = presses.filter((t) => e.timeStamp - t < 2000);
    presses.push(e.timeStamp);
    if (presses.length >= 3) leave(link.href);
  });
}

/** A page that comes back from the browser's memory is fetched anew. */
export function freshOnBack(): void {
  window.addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    document.body.hidden = true;
    location.reload();
  });
}

/** A form's buttons rest for five seconds after it was sent. */
export function sendOnce(): void {
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || !(form instanceof HTMLFormElement)) return;
    const buttons = Array.from(form.elements).filter(
      (el): el is HTMLButtonElement => el instanceof HTMLButtonElement && el.type === "submit" && !el.disabled,
    );
    // Later, so that the pressed button's value still travels with the form.
    setTimeout(() => buttons.forEach((b) => (b.disabled = true)), 0);
    setTimeout(() => buttons.forEach((b) => (b.disabled = false)), 5000);
  });
}
