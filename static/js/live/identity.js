import { inTime } from './patience.js';

const OLD_AFTER_MS = 8 * 60_000; // tokens live ten minutes

/** The connection token, and the way to newer ones. */
export class Identity {
  token;
  /** The renewal under way: whoever connects now must wait for it, or would use the old token. */
  running = null;
  #request;
  #renewedAt = Date.now();

  /** `request(names)` resolves to `{ connection, channels }`, with tokens by channel, or to nothing when it is refused. */
  constructor(token, request) {
    this.token = token;
    this.#request = request;
  }

  get isOld() {
    return this.token && this.#request && Date.now() - this.#renewedAt >= OLD_AFTER_MS;
  }

  /** Resolves to tokens by channel and to what was asked for, or null; callers at the same time share one request. */
  renew(names) {
    this.running ??= this.#renew(names)
      .catch(() => null)
      .finally(() => (this.running = null));
    return this.running;
  }

  async #renew(names) {
    const tokens = await inTime(this.#request?.(names));
    if (!tokens) return null;
    this.token = tokens.connection;
    this.#renewedAt = Date.now();
    return { tokens: tokens.channels ?? {}, asked: names };
  }
}
