import { autosave } from "./autosave";
import { freshOnBack, quickExit, sendOnce } from "./common";
import { liveCheck } from "./live";
import { sheets } from "./sheet";

const notice = 120; // seconds between the warning and the end of the session

/**
 * Shows the warning before an idle session ends. Only the server's clock counts,
 * so only a request starts it anew: the page's own, or an autosave.
 */
function idleWarning(): () => void {
  const box = document.querySelector<HTMLElement>("[data-idle-warning]");
  const seconds = Number(document.body.dataset.idle);
  if (!box || !(seconds > 0)) return () => undefined;

  let due = 0;
  let timer = 0;
  const look = (): void => {
    clearTimeout(timer);
    const left = due - Date.now();
    box.hidden = left > 0;
    if (left > 0) timer = window.setTimeout(look, left);
  };
  const start = (): void => {
    due = Date.now() + Math.max(0, seconds - notice) * 1000;
    look();
  };
  document.addEventListener("visibilitychange", look); // timers sleep with the computer
  start();
  return start;
}

function printButtons(): void {
  document.querySelectorAll<HTMLElement>("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
}

quickExit();
freshOnBack();
sendOnce();
printButtons();
const awake = idleWarning();
autosave(awake);
liveCheck(awake);
sheets();
