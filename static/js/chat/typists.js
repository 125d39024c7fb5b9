const SAY_AGAIN_MS = 30_000;

/** Who types now, by name. Seen at once; read out at most twice a minute. */
export class Typists {
  #line;
  #said;
  #names;
  #current = {};
  #saidAt = -Infinity;

  constructor(line, said, names) {
    [this.#line, this.#said, this.#names] = [line, said, names];
  }

  name(subject, name) {
    if (name) this.#names[subject] = name;
  }

  show(stream, subjects) {
    this.#current[stream] = subjects;
    const names = [...new Set(Object.values(this.#current).flat())].map((subject) => this.#names[subject] ?? 'Somebody');
    const text = names.length > 1 ? `${names.slice(0, 2).join(' and ')} are typing` : names.length ? `${names[0]} is typing` : '';
    if (this.#line.textContent !== text) this.#line.textContent = text;
    this.#line.hidden = !text;
    if (text && performance.now() - this.#saidAt > SAY_AGAIN_MS) {
      this.#saidAt = performance.now();
      this.#said.textContent = text;
    }
  }

  clear(subject) {
    for (const [stream, subjects] of Object.entries(this.#current))
      if (subjects.includes(subject)) this.show(stream, subjects.filter((each) => each !== subject));
  }
}
