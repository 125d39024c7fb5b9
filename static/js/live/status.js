const RECONNECTING_AFTER_MS = 2_000;
const OFFLINE_AFTER_MS = 10_000;

/**
 * How fresh is what was received: `connecting`, `live`, `reconnecting`, `offline`, `paused` (the server hears no news
 * itself) or `stopped` for good. Never calls an old number live.
 */
export class Status {
  state = 'connecting';
  freshAt = null;
  #tell;
  #timers = [];

  constructor(tell) {
    this.#tell = tell;
  }

  show(state) {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.#set(state);
  }

  /** No socket, or a doubtful one: says so after a moment, because most gaps end before anyone could read it. */
  lose() {
    if (this.#timers.length || this.state === 'offline' || this.state === 'stopped') return;
    if (globalThis.navigator?.onLine === false) return this.show('offline');
    this.#timers = [
      setTimeout(() => this.#set('reconnecting'), RECONNECTING_AFTER_MS),
      setTimeout(() => this.#set('offline'), OFFLINE_AFTER_MS),
    ];
  }

  /** All that is wanted has just been brought up to date. */
  refresh() {
    this.freshAt = Date.now();
    if (this.state === 'offline') this.#tell({ state: this.state, freshAt: this.freshAt });
  }

  #set(state) {
    if (this.state === state) return;
    this.state = state;
    this.#tell({ state: this.state, freshAt: this.freshAt });
  }
}
