import { countCharacters, isBlank } from './length.js';

const NEAR_THE_END = 100;

/** The box that is written in. It is never locked: what cannot be sent now waits, what cannot be sent at all stays in it. */
export class Composer {
  #form;
  #box;
  #most;
  #key;
  #hears;

  /** `hears`: send(body, stream), type(isWriting, stream), attach(files, stream). */
  constructor(form, key, hears) {
    [this.#form, this.#key, this.#hears] = [form, key, hears];
    this.#box = form.elements.body;
    this.#most = +form.dataset.most;
    if (!this.#box.value) this.#box.value = sessionStorage.getItem(key) ?? '';
    form.addEventListener('submit', (event) => this.#submit(event));
    this.#box.addEventListener('keydown', (event) => this.#press(event));
    this.#box.addEventListener('input', () => this.#change());
    this.#listenForFiles();
    this.#showCount();
  }

  get stream() {
    return this.#form.elements.stream?.value || 'p';
  }

  get body() {
    return this.#box.value;
  }

  set body(text) {
    this.#box.value = text;
    this.#change();
  }

  focus() {
    this.#box.focus();
  }

  complain(text) {
    const place = this.#form.querySelector('[data-error]');
    place.querySelector('[data-text]').textContent = text;
    place.hidden = !text;
    this.#box.setAttribute('aria-invalid', String(Boolean(text)));
  }

  #submit(event) {
    event.preventDefault();
    const { body } = this;
    const count = countCharacters(body);
    this.focus();
    if (isBlank(body)) return;
    if (count > this.#most) return this.complain(`${count} characters; at most ${this.#most}. Send it in two messages.`);
    this.#hears.send(body, this.stream);
    this.body = '';
  }

  #press(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #change() {
    this.complain('');
    this.#showCount();
    if (this.body) sessionStorage.setItem(this.#key, this.body);
    else sessionStorage.removeItem(this.#key);
    this.#hears.type(!isBlank(this.body), this.stream);
  }

  #showCount() {
    const place = this.#form.querySelector('[data-count]');
    const count = this.body.length < this.#most / 2 ? 0 : countCharacters(this.body);
    place.hidden = count < this.#most - NEAR_THE_END;
    place.textContent = `${count} of ${this.#most}`;
    place.toggleAttribute('data-over', count > this.#most);
  }

  #listenForFiles() {
    const input = this.#form.querySelector('[data-file]');
    if (!input) return;
    const place = this.#form.closest('[data-chat]');
    input.addEventListener('change', () => {
      this.#hears.attach([...input.files], this.stream);
      input.value = '';
    });
    // A table or a page that is copied brings a picture of itself along with its text.
    this.#box.addEventListener('paste', (event) => event.clipboardData.types.includes('text/plain') || this.#take(event, event.clipboardData));
    place.addEventListener('drop', (event) => {
      place.removeAttribute('data-dropping');
      this.#take(event, event.dataTransfer);
    });
    place.addEventListener('dragover', (event) => {
      if (!event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      place.setAttribute('data-dropping', '');
    });
    place.addEventListener('dragleave', (event) => {
      if (!place.contains(event.relatedTarget)) place.removeAttribute('data-dropping');
    });
  }

  #take(event, { files }) {
    if (!files.length) return;
    event.preventDefault();
    this.#hears.attach([...files], this.stream);
  }
}
