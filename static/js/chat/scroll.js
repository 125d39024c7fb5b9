const NEAR_PX = 100;

/** Keeps the newest in sight for whoever looks at it, and leaves those alone who read further up. */
export class Scroll {
  #log;
  #button;
  #missed = 0;
  #wasNear = true;

  constructor(log, button) {
    [this.#log, this.#button] = [log, button];
    button.addEventListener('click', () => this.toNewest());
    log.addEventListener('scroll', () => this.#note(), { passive: true });
    // What is written below, or a picture that has loaded, makes the log smaller or its inside longer.
    const resized = new ResizeObserver(() => this.#wasNear && this.toNewest());
    for (const part of [log, ...log.children]) resized.observe(part);
    this.toNewest();
  }

  /** Call before the change; afterwards the answer keeps or moves the view. */
  hold() {
    const isNear = this.#wasNear;
    return (isOwn) => {
      if (isNear || isOwn) this.toNewest();
      else this.#count();
    };
  }

  /** What is put in above must not push away what is being read. */
  keepWhile(change) {
    const fromEnd = this.#log.scrollHeight - this.#log.scrollTop;
    change();
    this.#log.scrollTop = this.#log.scrollHeight - fromEnd;
  }

  toNewest() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#wasNear = true;
    this.#show(0);
  }

  #note() {
    this.#wasNear = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_PX;
    if (this.#wasNear) this.#show(0);
  }

  #count() {
    this.#show(this.#missed + 1);
  }

  #show(missed) {
    this.#missed = missed;
    this.#button.hidden = missed === 0;
    if (missed) this.#button.querySelector('[data-count]').textContent = missed === 1 ? '1 new message' : `${missed} new messages`;
  }
}
