/** The shelf and the warnings above the box follow what happens in the conversation. */
import { askHtml } from '../../chat/requests.js';

const GATHER_MS = 200;
let timer = 0;

const warnings = () => document.querySelector('[data-warnings]');

async function refreshWarnings() {
  const place = warnings();
  const room = place?.closest('[data-compose]')?.dataset.compose;
  if (!room) return;
  place.dataset.isRead = '';
  put(place, await askHtml(`/staff/chat/rooms/${room}/warnings`), 'innerHTML');
}

async function refreshShelf() {
  const shelf = document.getElementById('shelf');
  if (!shelf) return;
  const query = shelf.querySelector('[name="q"]')?.value ?? '';
  put(shelf, await askHtml(`${shelf.dataset.shelfPath}?q=${encodeURIComponent(query)}`), 'outerMorph');
}

const put = (target, text, swap) => window.htmx.swap({ text, sourceElement: target, target, swap, transition: false });

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => Promise.all([refreshWarnings(), refreshShelf()]).catch(() => {}), GATHER_MS); // the next change asks again
}

function begin() {
  if (warnings() && !('isRead' in warnings().dataset)) refreshWarnings().catch(() => {});
}

document.addEventListener('chat:changed', ({ detail }) => (detail.warning || detail.hold) && refreshSoon());
document.addEventListener('htmx:after:swap', begin);
begin();
