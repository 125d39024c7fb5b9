import { attempt } from '../live/report.js';

/** Who on the page hears which channel: the only one that subscribes, so that several may hear the same. */
export class Listeners {
  #live;
  #held = new Map(); // channel -> listener -> what it was told of the state

  constructor(live) {
    this.#live = live;
    live.addEventListener('state', () => this.#tellStates());
    live.addEventListener('rights', () => this.#tellStates());
    live.addEventListener('reset', ({ detail }) => detail.channels.forEach((name) => this.#tell(name, 'reset')));
    live.addEventListener('typing', ({ detail }) => this.#tell(detail.channel, 'typing', detail.subjects));
  }

  has(name) {
    return this.#held.has(name);
  }

  /** What came before `since` was shown already; who comes second and is behind must ask for what lies between. */
  add(name, listener, { since, token } = {}) {
    const isFirst = !this.has(name);
    if (isFirst) this.#held.set(name, new Map());
    this.#held.get(name).set(listener, null);
    const known = this.#live.positions[name];
    this.#live.subscribe(name, { token, since: isFirst ? since : undefined }, (message) => this.#tell(name, 'message', message));
    this.#tellState(name, listener);
    if (!isFirst && since?.offset !== known) attempt(() => listener.reset?.());
  }

  drop(name, listener) {
    const listeners = this.#held.get(name);
    if (!listeners?.delete(listener) || listeners.size) return;
    this.#held.delete(name);
    this.#live.unsubscribe(name);
  }

  #tell(name, what, ...details) {
    for (const listener of [...(this.#held.get(name)?.keys() ?? [])]) attempt(() => listener[what]?.(...details));
  }

  #tellStates() {
    for (const [name, listeners] of this.#held) for (const listener of [...listeners.keys()]) this.#tellState(name, listener);
  }

  #tellState(name, listener) {
    const state = this.#live.isRefused(name) ? 'refused' : this.#live.state;
    if (this.#held.get(name)?.get(listener) === state) return;
    this.#held.get(name)?.set(listener, state);
    attempt(() => listener.state?.(state === 'live', state));
  }
}
