/** The alerts in the navigation and in the inbox: both are read again when the channel says that something changed. */
const CHANNEL = 'alerts';
const GATHER_MS = 300;
let timer = 0;

const inbox = () => document.querySelector('[data-alerts]');
const boxes = () => [...document.querySelectorAll('[data-alerts] input[name="alert"]')];

/** The inbox is morphed: what is ticked stays ticked, and the focus stays where it is. */
function refetch() {
  timer = 0;
  inbox()?.dispatchEvent(new CustomEvent('alerts-changed'));
}

function refetchSoon() {
  timer ||= setTimeout(refetch, GATHER_MS);
}

async function refetchCount() {
  const answer = await fetch('/staff/inventory/alerts/count', { cache: 'no-store' }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // the next message brings it
  const source = document.body;
  window.htmx.swap({ text: await answer.text(), sourceElement: source, target: source, swap: 'none', transition: false });
}

function showTicks() {
  const all = inbox()?.querySelector('[data-tick-all]');
  if (!all) return;
  const ticked = boxes().filter((box) => box.checked).length;
  all.hidden = false;
  all.control.checked = ticked > 0 && ticked === boxes().length;
  all.control.indeterminate = ticked > 0 && ticked < boxes().length;
}

document.addEventListener('live:message', ({ detail }) => detail.channel === CHANNEL && refetchSoon());
document.addEventListener('live:reset', ({ detail }) => {
  if (!detail.channels.includes(CHANNEL)) return;
  refetchSoon();
  refetchCount();
});

document.addEventListener('change', ({ target }) => {
  if (!inbox()?.contains(target)) return;
  if (target.closest('[data-tick-all]')) for (const box of boxes()) box.checked = target.checked;
  showTicks();
});

let kept = { ticked: new Set(), focus: '' };

document.addEventListener('htmx:before:swap', () => {
  const ticked = new Set(boxes().flatMap((box) => (box.checked ? [box.value] : [])));
  kept = { ticked, focus: inbox()?.contains(document.activeElement) ? document.activeElement.id : '' };
});

document.addEventListener('htmx:after:swap', () => {
  for (const box of boxes()) box.checked = kept.ticked.has(box.value);
  showTicks();
  // The row that had the focus was resolved: its list takes it, or the next key would start from the top of the page.
  if (kept.focus && document.activeElement === document.body) inbox()?.focus({ preventScroll: true });
});

showTicks();
