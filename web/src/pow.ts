// A small proof of work, so that flooding costs something: found while the
// person is writing, never waited for.

const chunk = 256; // hashes per idle moment: a few milliseconds on a plain phone

function idle(work: () => void): void {
  if (typeof window.requestIdleCallback === "function") window.requestIdleCallback(work, { timeout: 1000 });
  else setTimeout(work, 50);
}

/** Tells whether a hash begins with this many zero bits. */
export function zeros(hash: Uint8Array, bits: number): boolean {
  for (const b of hash) {
    if (bits <= 0) return true;
    if (bits < 8) return b >> (8 - bits) === 0;
    if (b !== 0) return false;
    bits -= 8;
  }
  return bits <= 0;
}

function solve(challenge: string, bits: number, found: (nonce: string) => void): void {
  const encoder = new TextEncoder();
  let next = 0;
  const step = async (): Promise<void> => {
    const first = next;
    next += chunk;
    const hashes = await Promise.all(
      Array.from({ length: chunk }, (_, i) =>
        crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}:${first + i}`)),
      ),
    );
    const hit = hashes.findIndex((h) => zeros(new Uint8Array(h), bits));
    if (hit >= 0) found(String(first + hit));
    else again();
  };
  const again = (): void => idle(() => void step().catch(() => undefined));
  again();
}

/** Fills the hidden input "pow" of forms with data-pow="challenge:bits". */
export function proofOfWork(): void {
  // crypto.subtle is there only in secure contexts, whatever its type says.
  if (!window.isSecureContext || typeof TextEncoder === "undefined") return;
  document.querySelectorAll<HTMLFormElement>("form[data-pow]").forEach((form) => {
    const m = /^([0-9a-f]+):(\d{1,2})$/i.exec(form.dataset.pow ?? "");
    const input = form.querySelector<HTMLInputElement>('input[name="pow"]');
    if (!m || !input) return;
    solve(m[1]!, Number(m[2]), (nonce) => (input.value = nonce));
  });
}
