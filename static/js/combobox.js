/** Search suggestions by keyboard: the list itself is fetched and swapped by htmx. */
class Combobox extends HTMLElement {
  #active = -1;

  connectedCallback() {
    this.input = this.querySelector('[role="combobox"]');
    this.list = this.querySelector('[role="listbox"]');
    this.status = this.querySelector('[role="status"]');
    this.addEventListener('keydown', (event) => this.#press(event));
    this.addEventListener('focusout', (event) => this.contains(event.relatedTarget) || this.#close());
    this.input.addEventListener('focus', () => this.#options.length && this.#open());
    this.input.addEventListener('input', () => this.input.value.trim() || this.#clear());
    // Pressing an option must not take the focus first: the list would close under the pointer.
    this.list.addEventListener('mousedown', (event) => event.preventDefault());
    document.addEventListener('htmx:after:swap', (event) => this.#swapped(event));
  }

  get #options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  #swapped({ detail }) {
    if (detail.ctx.sourceElement !== this.input) return;
    this.#mark(-1);
    const isWanted = document.activeElement === this.input && this.input.value.trim() !== '';
    if (!isWanted || !this.#options.length) return this.#close();
    this.status.textContent = this.list.querySelector('[data-status]')?.dataset.status ?? '';
    this.#open();
  }

  #press(event) {
    const { key, isComposing } = event;
    if (isComposing || this.list.hidden) {
      if (key === 'ArrowDown' && this.#options.length) this.#open();
      return;
    }
    if (key === 'Escape') this.#close();
    else if (key === 'ArrowDown') this.#move(1);
    else if (key === 'ArrowUp') this.#move(-1);
    else if (key === 'Enter' && this.#active >= 0) this.#options[this.#active].click();
    else return;
    event.preventDefault();
  }

  #move(step) {
    const places = this.#options.length + 1; // the last place is the input itself
    this.#mark(((this.#active + step + 1 + places) % places) - 1);
  }

  #mark(index) {
    this.#active = index;
    this.input.removeAttribute('aria-activedescendant');
    this.#options.forEach((option, place) => {
      option.setAttribute('aria-selected', String(place === index));
      if (place !== index) return;
      this.input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    });
  }

  #open() {
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
  }

  #close() {
    this.#mark(-1);
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.status.textContent = '';
  }

  #clear() {
    this.list.replaceChildren();
    this.#close();
  }
}

customElements.define('x-combobox', Combobox);
