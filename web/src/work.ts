// Optional work that lifts a report out of quarantine: in small pieces, never in
// the way of sending.
export async function work(form: HTMLFormElement): Promise<void> {
  const [challenge, bits] = (form.dataset.pow ?? "").split(":");
  const field = form.querySelector<HTMLInputElement>("input[name=pow]");
  if (!challenge || !bits || !field || !crypto.subtle) return;
  const want = Number(bits);
  const text = new TextEncoder();
  for (let n = 0; n < 5_000_000; n++) {
    const h = new DataView(await crypto.subtle.digest("SHA-256", text.encode(`${challenge}:${n}`)));
    if (Math.clz32(h.getUint32(0)) >= want) { field.value = String(n); return; }
    if (n % 500 === 499) await new Promise((done) => setTimeout(done, 8));
  }
}
