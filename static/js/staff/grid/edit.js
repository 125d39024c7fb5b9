/** Keys of the figure that is edited in its row; opening, saving and leaving are requests of the markup itself. */
import { grid } from './rows.js';

function press(event) {
  const { key, target } = event;
  const leave = key === 'Escape' && target.closest('tr[data-editing]')?.querySelector('[data-leave]');
  const button = key === ' ' && target.closest('a[role=button]');
  if (!leave && !button) return;
  event.preventDefault();
  (leave || button).click();
}

/** A figure that opens is there to be replaced: what is typed next takes its place. */
function enter({ target }) {
  if (target.matches('input[name=units]:not([aria-invalid])')) target.select();
}

grid?.addEventListener('keydown', press);
grid?.addEventListener('focusin', enter);
