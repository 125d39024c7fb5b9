/** How many messages of others are unread: some that the page came with, and those that came since. */
export class Unread {
  #earlier;
  #head;
  #since = new Set();

  constructor(count, head) {
    this.#earlier = count;
    this.#head = head;
  }

  get count() {
    return this.#earlier + this.#since.size;
  }

  note(seq) {
    if (seq > this.#head) this.#since.add(seq);
  }

  read(upTo) {
    if (upTo >= this.#head) this.#earlier = 0;
    for (const seq of this.#since) if (seq <= upTo) this.#since.delete(seq);
  }
}
