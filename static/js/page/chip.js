function clockTime(ms) {
  const style = { timeStyle: 'short' };
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang || undefined, style).format(ms);
  } catch {
    return new Intl.DateTimeFormat(undefined, style).format(ms); // a lang that Intl does not know
  }
}

/** Tells on every status chip how fresh the stock is. */
export class Chip {
  #state = 'connecting';
  #freshAt = +document.body.dataset.renderedAt || Date.now();

  show({ state, freshAt }) {
    this.#state = state;
    this.#freshAt = freshAt ?? this.#freshAt;
    this.render();
  }

  render() {
    for (const chip of document.querySelectorAll('[data-live-chip]')) {
      chip.dataset.state = this.#state;
      const text = chip.querySelector('.c-conn__text');
      const label = chip.getAttribute(`data-text-${this.#state}`)?.replace('{time}', clockTime(this.#freshAt));
      // the same text written again would be read out again
      if (text && label !== undefined && text.textContent !== label) text.textContent = label;
    }
  }
}
