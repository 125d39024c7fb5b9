/** Counts a hold down beside its clock time, says so aloud twice, and renews it without losing what is typed. */
const SAY_AT_S = [120, 30];
const LIMIT_MS = 10_000;
const said = document.querySelector('[data-hold-said]');
let hold, endsAt, lastLeft;

function begin() {
  hold = document.getElementById('hold');
  endsAt = Date.now() + Number(hold?.dataset.leftMs);
  lastLeft = Infinity;
  tick();
}

function tick() {
  if (!hold || 'isOver' in hold.dataset) return;
  const left = Math.max(0, Math.round((endsAt - Date.now()) / 1000));
  if (left === 0) return end();
  hold.querySelector('[data-hold-left]').textContent = `, ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`;
  const mark = SAY_AT_S.find((seconds) => left <= seconds && lastLeft > seconds && lastLeft !== Infinity);
  if (mark) said.textContent = `Held for you for ${mark === 120 ? 'two more minutes' : 'thirty more seconds'}.`;
  lastLeft = left;
}

function end() {
  hold.dataset.isOver = '';
  hold.querySelector('[data-hold-left]').textContent = '';
  hold.querySelector('[data-hold-text]').textContent = 'Your hold has ended. Go on, and we hold it again if it is still there.';
  const button = hold.querySelector('[data-extend]');
  if (button) button.textContent = 'Hold it again';
  said.textContent = 'Your hold has ended.';
}

async function extend(button) {
  const answer = await fetch(button.getAttribute('formaction') ?? button.form.action, {
    method: 'POST',
    headers: { 'HX-Request': 'true', 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]').content },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const next = answer.headers.get('HX-Redirect');
  if (next) return location.assign(next);
  if (!answer.ok) throw new Error(answer.status);
  await window.htmx.swap({ text: await answer.text(), sourceElement: hold, target: hold, swap: 'outerHTML' });
  begin();
  said.textContent = hold?.dataset.said ?? '';
  (document.getElementById('extend') ?? hold)?.focus();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-extend]');
  if (!button) return;
  event.preventDefault();
  extend(button).catch(() => button.form.requestSubmit(button));
});

begin();
setInterval(tick, 1000);
