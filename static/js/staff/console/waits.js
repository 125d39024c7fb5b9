/** Counts on how long somebody waits, as app/chat/desk/wait_timers.py writes it. */
const TICK_MS = 1_000;
const UNITS = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1_000, 's']];
const skew = (+document.body.dataset.renderedAt || Date.now()) - Date.now();

function span(ms) {
  const [length, unit] = UNITS.find(([length]) => ms >= length) ?? UNITS.at(-1);
  return `${Math.floor(Math.max(ms, 0) / length)} ${unit}`;
}

function words({ since, lateAt, dueAt }, now) {
  if (dueAt) return now < dueAt ? `Reply in ${span(dueAt - now)}` : `Overdue ${span(now - dueAt)}`;
  return `${now >= lateAt ? 'Long wait' : 'Waits'} ${span(now - since)}`;
}

function tick() {
  if (document.hidden) return;
  const now = Date.now() + skew;
  for (const wait of document.querySelectorAll('.c-wait')) {
    const place = wait.querySelector('.c-wait__text');
    const text = words(wait.dataset, now);
    if (place.textContent !== text) place.textContent = text;
    const level = now >= wait.dataset.lateAt ? 'late' : now >= wait.dataset.warnAt ? 'warn' : 'calm';
    if (wait.dataset.level !== level) wait.dataset.level = level;
  }
}

setInterval(tick, TICK_MS);
document.addEventListener('visibilitychange', tick);
