/** The conversation that is open beside the list; another one takes its place without a new page. */
import { swap } from '../../page/swap.js';

export const conversation = () => document.querySelector('#conversation[data-room]');
export const openRoom = () => conversation()?.dataset.room ?? '';
export const me = () => document.querySelector('[data-thread]')?.dataset.me ?? document.body.querySelector('[data-console]')?.dataset.me ?? '';

/** Calls `act` for the conversation that is there and for each that takes its place. */
export function onOpened(act) {
  let known = null;
  const look = () => {
    const now = conversation();
    if (now === known) return;
    known = now;
    act(now);
  };
  look();
  document.addEventListener('htmx:after:swap', look);
}

/** Writes a fragment over a part of the page; focus and open details in it stay. */
export function morph(place, html) {
  const opened = [...place.querySelectorAll('details[open]')].map(({ id, className }) => id || className);
  const fresh = new DOMParser().parseFromString(html, 'text/html').body;
  for (const each of fresh.querySelectorAll('details')) each.open = opened.includes(each.id || each.className);
  swap(place, fresh.innerHTML, 'innerMorph');
}
