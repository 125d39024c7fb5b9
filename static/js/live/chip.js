const RECONNECTING_AFTER_MS = 2_000;
const OFFLINE_AFTER_MS = 10_000;

function clockTime(ms) {
  const style = { timeStyle: 'short' };
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang || undefined, style).format(ms);
  } catch {
    return new Intl.DateTimeFormat(undefined, style).format(ms); // a lang that Intl does not know
  }
}

/** Tells on every status chip how fresh the stock is; never calls an old number live. */
export class Chip {
  state = 'connecting';
  #freshAt = +document.body.dataset.renderedAt || Date.now();
  #timers = [];

  show(state) {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.#set(state);
  }

  /** No socket: says so after a moment, because most gaps end before anyone could read it. */
  lose() {
    if (this.#timers.length || this.state === 'offline') return;
    if (!navigator.onLine) return this.show('offline');
    this.#timers = [
      setTimeout(() => this.#set('reconnecting'), RECONNECTING_AFTER_MS),
      setTimeout(() => this.#set('offline'), OFFLINE_AFTER_MS),
    ];
  }

  /** The page has just been brought up to date. */
  refresh() {
    this.#freshAt = Date.now();
    if (this.state === 'offline') this.render();
  }

  render() {
    for (const chip of document.querySelectorAll('[data-live-chip]')) {
      chip.dataset.state = this.state;
      const text = chip.querySelector('.c-conn__text');
      const label = chip.getAttribute(`data-text-${this.state}`)?.replace('{time}', clockTime(this.#freshAt));
      // the same text written again would be read out again
      if (text && label !== undefined && text.textContent !== label) text.textContent = label;
    }
  }

  #set(state) {
    if (this.state === state) return;
    this.state = state;
    this.render();
  }
}
