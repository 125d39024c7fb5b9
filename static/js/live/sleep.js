const EVERY_MS = 2_000;
const NAP_MS = 6_000; // more than a busy page is ever late

/** Calls `onWake` after the machine slept or the page was frozen: no event tells, and timers just go on as if nothing was. */
export function watchSleep(onWake) {
  let last = Date.now();
  const timer = setInterval(() => {
    const pause = Date.now() - last;
    last += pause;
    if (pause > NAP_MS) onWake();
  }, EVERY_MS);
  return () => clearInterval(timer);
}
