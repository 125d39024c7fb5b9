import { inTime } from './patience.js';

const OLD_AFTER_MS = 8 * 60_000; // tokens live ten minutes

/** The connection token, and the way to newer ones. */
export class Identity {
  token;
  /** The renewal under way: whoever connects now must wait for it, or would use the old token. */
  running = null;
  #request;
  #renewedAt = Date.now();

  /** `request` resolves to `{ connection, channels }`, with tokens by channel, or to nothing when it is refused. */
  constructor(token, request) {
    this.token = token;
    this.#request = request;
  }

  get isOld() {
    return this.token && this.#request && Date.now() - this.#renewedAt >= OLD_AFTER_MS;
  }

  /** Resolves to tokens by channel, or null; callers at the same time share one request. */
  renew() {
    this.running ??= this.#renew()
      .catch(() => null)
      .finally(() => (this.running = null));
    return this.running;
  }

  async #renew() {
    const tokens = await inTime(this.#request?.());
    if (!tokens) return null;
    this.token = tokens.connection;
    this.#renewedAt = Date.now();
    return tokens.channels ?? {};
  }
}
