import { warnOnce } from '../live/report.js';

const HIGHLIGHT_MS = 1_200;
const QUIET_MS = 5_000;
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
const fading = new WeakMap(); // host -> timer that ends its highlight

/** Swaps the out-of-band parts of `content`; the main target is left alone. The DOM has changed on return. */
export function swapIn(content, hosts) {
  const before = hosts.map((host) => host.textContent);
  const source = document.body;
  window.htmx
    .swap({ text: content, sourceElement: source, target: source, swap: 'none', transition: false })
    .catch((error) => warnOnce('a fragment could not be swapped', error));
  if (!reducedMotion.matches) hosts.filter((host, i) => host.textContent !== before[i]).forEach(highlight);
}

function highlight(host) {
  clearTimeout(fading.get(host));
  host.setAttribute('data-changed', '');
  fading.set(host, setTimeout(() => host.removeAttribute('data-changed'), HIGHLIGHT_MS));
}

/** Reads one variant's stock out when its state crosses (in, low, out, back), never when only digits change. */
export class Announcer {
  #sku;
  #state;
  #saidAt = -Infinity;
  #timer = 0;

  /** Before a swap: what the visitor sees. That another variant was chosen is no news. */
  before() {
    const sku = this.#region?.dataset.liveAnnounce;
    if (sku === this.#sku) return;
    this.#sku = sku;
    this.#state = this.#badge?.dataset.state;
  }

  after() {
    clearTimeout(this.#timer);
    const wait = this.#saidAt + QUIET_MS - performance.now();
    if (wait > 0) this.#timer = setTimeout(() => this.#say(), wait);
    else this.#say();
  }

  #say() {
    const badge = this.#badge;
    if (!badge || badge.dataset.state === this.#state || this.#region?.dataset.liveAnnounce !== this.#sku) return;
    this.#state = badge.dataset.state;
    this.#saidAt = performance.now();
    this.#region.textContent = badge.textContent.trim();
  }

  get #region() {
    return document.querySelector('[data-live-announce]');
  }

  get #badge() {
    return this.#sku && document.querySelector(`[data-stock="${CSS.escape(this.#sku)}"] [data-state]`);
  }
}
