/**
 * The list beside the conversation. A message in one of its rooms or a change of the queue only says that something did: what
 * is shown comes by HTTP, which checks who asks. Nothing changes its place while the pointer or the focus is in the list.
 */
import { askHtml } from '../../page/ask.js';
import { onChannel } from '../../page/channel.js';
import { swap } from '../../page/swap.js';
import { openRoom } from './conversation.js';

const GATHER_MS = 250;
const PAUSE_MS = 1_000;
const POLL_MS = 5_000;
const AT_LEAST_MS = 30_000;
const TELLING = new Set(['message', 'redact', 'status', 'assign', 'read']);

const list = document.getElementById('inbox');
const isHeld = () => list.matches(':hover') || list.contains(document.activeElement);
const rows = () => [...list.querySelectorAll('[data-room]')];

class Inbox {
  #ends = new Map(); // room -> ends its subscription
  #timer = 0;
  #isBusy = false;
  #readAt = performance.now();
  #waiting = null; // what came while nothing may move

  start() {
    list.addEventListener('pointerleave', () => this.#release());
    list.addEventListener('focusout', ({ relatedTarget }) => list.contains(relatedTarget) || this.#release());
    setInterval(() => this.#poll(), POLL_MS);
    this.#follow();
  }

  refreshSoon(after = GATHER_MS) {
    this.#timer ||= setTimeout(() => this.#refresh(), after);
  }

  markOpen() {
    for (const row of rows()) row.querySelector('a').toggleAttribute('aria-current', row.dataset.room === openRoom());
    for (const link of list.querySelectorAll('a[aria-current=""]')) link.setAttribute('aria-current', 'true');
  }

  #poll() {
    const isLate = performance.now() - this.#readAt > AT_LEAST_MS;
    if (!document.hidden && (isLate || window.liveshelf?.state().state !== 'live')) this.refreshSoon();
  }

  async #refresh() {
    this.#timer = 0;
    if (this.#isBusy) return this.refreshSoon(PAUSE_MS);
    this.#isBusy = true;
    try {
      const path = list.dataset.inbox;
      this.#show(await askHtml(`${path}${path.includes('?') ? '&' : '?'}open=${openRoom()}`));
      this.#readAt = performance.now();
      tellProblem('');
    } catch {
      tellProblem('The list could not be read. It is tried again in a moment.');
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    this.#isBusy = false;
  }

  #show(html) {
    if (rows().length && isHeld()) this.#patch(html);
    else this.#replace(html);
    this.markOpen();
    this.#follow();
  }

  #replace(html) {
    this.#waiting = null;
    swap(list, html, 'innerMorph');
  }

  /** Every line as it is now, each in its place; those that are new stand below, those that went are greyed. */
  #patch(html) {
    this.#waiting = html;
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    const box = document.getElementById('inbox-rows');
    for (const row of rows()) {
      const now = fresh.getElementById(row.id);
      row.toggleAttribute('data-is-gone', !now);
      if (now && row.isConnected) swap(row, now.outerHTML, 'outerMorph');
    }
    const known = new Set(rows().map(({ id }) => id));
    for (const row of fresh.querySelectorAll('[data-room]')) if (!known.has(row.id)) this.#append(box, row);
    swapInside('inbox-tabs', fresh);
  }

  #append(box, row) {
    const copy = document.importNode(row, true);
    box.append(copy);
    window.htmx.process(copy);
  }

  #release() {
    if (!this.#waiting || isHeld()) return;
    this.#replace(this.#waiting);
    this.markOpen();
  }

  #follow() {
    const shown = new Map(rows().map((row) => [row.dataset.room, row.dataset]));
    for (const [room, end] of this.#ends) {
      if (shown.has(room)) continue;
      end();
      this.#ends.delete(room);
    }
    for (const [room, { token, position }] of shown) {
      if (this.#ends.has(room)) continue;
      const message = ({ event }) => TELLING.has(event) && this.refreshSoon();
      this.#ends.set(room, onChannel(`room:${room}`, { token, position, message, reset: () => this.refreshSoon() }));
    }
  }
}

function swapInside(id, fresh) {
  const [place, now] = [document.getElementById(id), fresh.getElementById(id)];
  if (place && now && place.innerHTML !== now.innerHTML) place.innerHTML = now.innerHTML;
}

function tellProblem(text) {
  const place = document.querySelector('[data-inbox-problem]');
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
}

const inbox = list && new Inbox();

if (inbox) {
  inbox.start();
  document.addEventListener('live:message', ({ detail }) => detail.channel === 'queue' && inbox.refreshSoon());
  document.addEventListener('live:reset', ({ detail }) => detail.channels.includes('queue') && inbox.refreshSoon());
  document.addEventListener('chat:read', () => inbox.refreshSoon());
  document.addEventListener('htmx:after:swap', () => inbox.markOpen());
  for (const field of document.querySelectorAll('[data-inbox-filter] select'))
    field.addEventListener('change', () => field.form.requestSubmit());
}
