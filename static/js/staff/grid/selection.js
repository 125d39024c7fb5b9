/** Counts the ticked rows, and ticks all of a page. Without this the bar works too, but does not count. */
import { grid } from './rows.js';

const form = document.getElementById('selection');
const boxes = () => [...grid.querySelectorAll('[data-grid-rows] input[name=sku]')];

function show() {
  const all = form.querySelector('[data-select-all]');
  const count = form.querySelector('[data-selected]');
  const ticked = boxes().filter((box) => box.checked).length;
  const selected = all?.checked ? +count.dataset.total : ticked;
  const text = `${selected} selected`;
  if (count.textContent !== text) count.textContent = text;
  const page = grid.querySelector('[data-tick-all] input');
  page.checked = ticked > 0 && ticked === boxes().length;
  page.indeterminate = ticked > 0 && !page.checked;
}

function change({ target }) {
  if (target.closest('[data-tick-all]')) for (const box of boxes()) box.checked = target.checked;
  if (target.type === 'checkbox') show();
}

function start() {
  const page = grid.querySelector('[data-tick-all]');
  if (!page) return;
  page.hidden = false;
  grid.addEventListener('change', change);
  form.addEventListener('reset', () => setTimeout(show)); // the boxes are cleared after the event
  addEventListener('pageshow', show); // a page that comes back may have kept its ticks
  show();
}

if (grid && form) start();
