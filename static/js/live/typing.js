/** Who types in which channel: said no more often than the server asks for, and forgotten when nothing more is heard. */
export class Typing {
  #send;
  #tell;
  #times = null;
  #own = new Map(); // channel -> when it was said last, and the timer that ends it
  #others = new Map(); // channel -> subject -> the timer that forgets it

  /** `send(name, state)` tells the server, and answers whether it could; `tell(channel, subjects)` hears who types now. */
  constructor(send, tell) {
    [this.#send, this.#tell] = [send, tell];
  }

  /** The server's own times; nothing when it knows no typing. */
  set times(times) {
    this.#times = times ?? null;
  }

  start(name) {
    if (!this.#times) return;
    const { saidAt = -Infinity, timer } = this.#own.get(name) ?? {};
    clearTimeout(timer);
    const isSaid = performance.now() - saidAt >= this.#times.resendMs && this.#send(name, 'start');
    const idle = setTimeout(() => this.stop(name), this.#times.idleMs);
    this.#own.set(name, { saidAt: isSaid ? performance.now() : saidAt, timer: idle });
  }

  stop(name) {
    const own = this.#own.get(name);
    if (!own) return;
    clearTimeout(own.timer);
    this.#own.delete(name);
    this.#send(name, 'stop');
  }

  take({ channel, subject, state }) {
    const typists = this.#others.get(channel) ?? this.#others.set(channel, new Map()).get(channel);
    clearTimeout(typists.get(subject));
    typists.delete(subject);
    if (state === 'start' && this.#times) {
      typists.set(subject, setTimeout(() => this.take({ channel, subject, state: 'stop' }), this.#times.expireMs));
    }
    this.#tell(channel, [...typists.keys()]);
  }
}
