/** Fetches again what others have changed. The socket only says that something did; the figures come by HTTP. */
import { findRow, grid, isHeld, listRows } from './rows.js';

const DELAY_MS = 300;
const ROWS_PER_REQUEST = 50;
const RETRY_MS = 5_000;
const LIMIT_MS = 10_000;
const FLASH_MS = 1_200;
const CHANNEL = 'stock:';
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');

class Patches {
  #wanted = new Set();
  #timer = 0;
  #isBusy = false;

  /** One request for all that is wanted within the delay; never two at a time. */
  want(skus, delay = DELAY_MS) {
    for (const sku of skus) if (findRow(sku)) this.#wanted.add(sku);
    if (this.#timer || this.#isBusy || !this.#wanted.size) return;
    this.#timer = setTimeout(() => this.#run(), delay);
  }

  async #run() {
    this.#timer = 0;
    this.#isBusy = true;
    const skus = [...this.#wanted].slice(0, ROWS_PER_REQUEST);
    for (const sku of skus) this.#wanted.delete(sku);
    const isDone = await this.#fetch(skus);
    this.#isBusy = false;
    this.want(isDone ? [] : skus, isDone ? DELAY_MS : RETRY_MS);
  }

  async #fetch(skus) {
    const query = new URLSearchParams(skus.map((sku) => ['sku', sku]));
    if (grid.dataset.location) query.set('location', grid.dataset.location);
    try {
      const answer = await fetch(`/staff/inventory/rows?${query}`, { signal: AbortSignal.timeout(LIMIT_MS), redirect: 'error' });
      if (answer.ok) this.#show(await answer.text());
      return answer.ok || answer.status < 500;
    } catch {
      return false;
    }
  }

  #show(html) {
    const template = document.createElement('template');
    template.innerHTML = html;
    for (const fresh of template.content.querySelectorAll('tr')) {
      const row = findRow(fresh.dataset.sku);
      if (!row || +fresh.dataset.version < +row.dataset.version) continue;
      if (!isHeld(row)) replace(row, fresh);
      else if (isNewer(fresh.dataset.version, row)) mark(row, fresh);
    }
  }
}

const isNewer = (version, row) => +version > +row.dataset.version;

function replace(row, fresh) {
  const isNews = isNewer(fresh.dataset.version, row);
  const isTicked = row.querySelector('input[name=sku]')?.checked;
  window.htmx.swap({ text: fresh.outerHTML, sourceElement: row, target: row, swap: 'outerMorph', transition: false });
  if (isTicked) row.querySelector('input[name=sku]').checked = true;
  if (isNews && !reducedMotion.matches) flash(row);
}

function flash(row) {
  row.setAttribute('data-changed', '');
  setTimeout(() => row.removeAttribute('data-changed'), FLASH_MS);
}

/** Says that the row has changed and by whom, and leaves it alone; it is fetched again once nobody is busy with it. */
function mark(row, fresh) {
  row.dataset.isBehind = '';
  const note = row.querySelector('[data-behind]');
  const who = fresh.querySelector('[data-changed-by]')?.textContent;
  const text = who ? `Changed meanwhile by ${who}` : 'Changed meanwhile';
  if (note.textContent !== text) note.textContent = text;
}

export const patches = new Patches();

if (grid) {
  document.addEventListener('live:message', ({ detail: { channel, version } }) => {
    if (!channel.startsWith(CHANNEL)) return;
    const row = findRow(channel.slice(CHANNEL.length));
    if (row && isNewer(version, row)) patches.want([row.dataset.sku]);
  });
  document.addEventListener('live:reset', () => patches.want(listRows().map((row) => row.dataset.sku)));
  grid.addEventListener('focusout', ({ target, relatedTarget }) => {
    const row = target.closest('tr[data-is-behind]');
    if (row && !row.contains(relatedTarget)) patches.want([row.dataset.sku]);
  });
}
