/** Follows the swipe with the picked dot or thumbnail, and slides without touching the address. */
class Gallery extends HTMLElement {
  connectedCallback() {
    this.row = this.querySelector('[data-gallery-row]');
    this.picks = [...this.querySelectorAll('[data-gallery-pick]')];
    this.row.addEventListener('scroll', () => this.#follow(), { passive: true });
    this.addEventListener('click', (event) => this.#slide(event));
  }

  #slide(event) {
    const index = this.picks.indexOf(event.target.closest('[data-gallery-pick]'));
    if (index < 0) return;
    event.preventDefault();
    const slide = this.row.children[index];
    this.row.scrollTo({ left: slide.offsetLeft - this.row.offsetLeft });
  }

  #follow() {
    const width = this.row.scrollWidth / this.picks.length;
    const shown = Math.round(Math.abs(this.row.scrollLeft) / width);
    this.picks.forEach((pick, index) => {
      if (index === shown) pick.setAttribute('aria-current', 'true');
      else pick.removeAttribute('aria-current');
    });
  }
}

customElements.define('x-gallery', Gallery);
