const PATIENCE_MS = 5_000;

/** Says that the server cannot be reached, once that has lasted, or that the conversation is no longer the reader's. */
export class Banner {
  #element;
  #texts;
  #timer = 0;
  #isReached = true;

  constructor(element, { textOffline, textRefused }) {
    [this.#element, this.#texts] = [element, { textOffline, textRefused }];
  }

  /** Answers whether there is a connection again. */
  note(isReached, isRefused) {
    const isBack = isReached && !this.#isReached;
    if (isReached === this.#isReached && !isRefused) return isBack;
    this.#isReached = isReached;
    clearTimeout(this.#timer);
    if (isReached) this.#element.hidden = true;
    else this.#timer = setTimeout(() => this.#show(isRefused ? 'textRefused' : 'textOffline'), isRefused ? 0 : PATIENCE_MS);
    return isBack;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #show(text) {
    this.#element.querySelector('[data-text]').textContent = this.#texts[text];
    this.#element.hidden = false;
  }
}
