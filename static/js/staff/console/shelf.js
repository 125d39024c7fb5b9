/** The shelf and the warnings above the box follow what happens in the conversation. */
import { askHtml } from '../../page/ask.js';
import { morph, onOpened } from './conversation.js';

const GATHER_MS = 200;
let timer = 0;

async function refreshWarnings() {
  const place = document.querySelector('[data-warnings]');
  if (place) morph(place, await askHtml(place.dataset.warnings));
}

async function refreshShelf() {
  const shelf = document.getElementById('shelf');
  if (!shelf) return;
  const query = shelf.querySelector('[name="q"]')?.value ?? '';
  morph(shelf.parentElement, await askHtml(`${shelf.dataset.shelfPath}?q=${encodeURIComponent(query)}`));
}

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => Promise.all([refreshWarnings(), refreshShelf()]).catch(() => {}), GATHER_MS); // the next change asks again
}

onOpened(() => refreshWarnings().catch(() => {}));
document.addEventListener('chat:changed', ({ detail }) => (detail.warning || detail.hold) && refreshSoon());
