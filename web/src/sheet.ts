// Shows the fields of a form that the answers ask for, at once. Without this the
// button "continue" does it; the server decides in any case.

interface When {
  all?: When[];
  any?: When[];
  not?: When;
  field?: string;
  not_in?: boolean;
  values?: string[];
}

function given(form: HTMLFormElement, name: string): string[] {
  const out: string[] = [];
  form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(`[name="${CSS.escape(name)}"]`).forEach((el) => {
    if (el.closest("[data-when][hidden]")) return; // what is not shown shows no other
    if (el instanceof HTMLInputElement && (el.type === "radio" || el.type === "checkbox") && !el.checked) return;
    if (el.value.trim() !== "") out.push(el.value);
  });
  return out;
}

function holds(form: HTMLFormElement, w: When): boolean {
  if (w.all) return w.all.every((sub) => holds(form, sub));
  if (w.any) return w.any.some((sub) => holds(form, sub));
  if (w.not) return !holds(form, w.not);
  const is = given(form, w.field ?? "");
  const found = is.some((v) => (w.values ?? []).includes(v));
  return w.not_in ? !found && is.length > 0 : found;
}

function watch(form: HTMLFormElement): void {
  const fields = Array.from(form.querySelectorAll<HTMLElement>("[data-when]")).map((box) => ({
    box,
    when: JSON.parse(box.dataset.when ?? "{}") as When,
  }));
  if (fields.length === 0) return;
  const look = (): void => {
    for (const { box, when } of fields) { // from above: a field waits only for those before it
      const wrong = box.querySelector(".govuk-error-message") !== null;
      box.hidden = !wrong && !holds(form, when);
      const asked = box.querySelector<HTMLInputElement>('input[name="asked"]');
      if (asked) asked.disabled = box.hidden;
    }
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.querySelector("[data-next]")?.remove();
  look();
}

/** Starts the forms with data-sheet. */
export function sheets(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-sheet]").forEach(watch);
}
