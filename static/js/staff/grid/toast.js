/** What was saved can be undone for ten seconds of the reader's attention: pointing at it or tabbing to it stops the clock. */
import { patches } from './patches.js';
import { grid } from './rows.js';

const SHOWN_MS = 10_000;
const box = document.getElementById('grid-toast');
let timer = 0;

function rest() {
  clearTimeout(timer);
  const toast = box.querySelector('[data-toast]:not([data-stays])');
  if (toast) timer = setTimeout(() => toast.remove(), SHOWN_MS);
}

function changed() {
  const { refresh } = box.querySelector('[data-refresh]')?.dataset ?? {};
  if (refresh) patches.want([refresh], 0);
  rest();
}

function press(event) {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z';
  const undo = isUndo && !event.target.closest('input, textarea') && box.querySelector('[data-undo]');
  if (!undo) return;
  event.preventDefault();
  undo.click();
}

if (grid && box) {
  new MutationObserver(changed).observe(box, { childList: true });
  box.addEventListener('pointerenter', () => clearTimeout(timer));
  box.addEventListener('pointerleave', rest);
  box.addEventListener('focusin', () => clearTimeout(timer));
  box.addEventListener('focusout', rest);
  document.addEventListener('keydown', press);
}
