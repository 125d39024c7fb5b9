/** The menu of columns: a tick shows or hides its column at once and is kept. Without this its button does the same. */
import { grid } from './rows.js';

const menu = grid?.querySelector('[data-columns]');

function change() {
  const boxes = [...menu.querySelectorAll('input[name=column]')];
  grid.dataset.hidden = boxes.filter((box) => !box.checked).map((box) => box.value).join(' ');
  const form = menu.querySelector('form');
  fetch(form.action, { method: 'POST', body: new FormData(form), redirect: 'manual', keepalive: true }).catch(() => {});
}

function close() {
  menu.open = false;
}

if (menu) {
  menu.querySelector('form button').hidden = true;
  menu.addEventListener('change', change);
  menu.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !menu.open) return;
    close();
    menu.querySelector('summary').focus();
  });
  document.addEventListener('pointerdown', ({ target }) => menu.contains(target) || close());
  menu.addEventListener('focusout', ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && close());
}
