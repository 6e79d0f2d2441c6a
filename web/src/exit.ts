// Quick exit: the link works without us; with us it leaves nothing for Back.
export function quickExit(): void {
  const link = document.querySelector<HTMLAnchorElement>("a.n-exit");
  if (!link) return;
  const leave = (): void => {
    document.body.hidden = true;
    document.title = "…";
    try { sessionStorage.clear(); } catch { /* a browser without storage keeps nothing */ }
    location.replace(link.href);
  };
  link.addEventListener("click", (e) => { e.preventDefault(); leave(); });
  let times: number[] = [];
  document.addEventListener("keyup", (e) => {
    if (e.key !== "Shift") { times = []; return; }
    const now = Date.now();
    times = [...times.filter((t) => now - t < 2000), now];
    if (times.length >= 3) leave();
  });
  window.addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
}
