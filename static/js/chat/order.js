/** The numbers of one stream: which are known, and whether one is missing before the newest. */
export class Sequence {
  #ahead = new Set();

  constructor(head) {
    this.upTo = head;
  }

  /** Answers whether the number is new. */
  take(seq) {
    if (seq <= this.upTo || this.#ahead.has(seq)) return false;
    this.#ahead.add(seq);
    this.#close();
    return true;
  }

  /** Whatever came before is no longer asked for. */
  skipTo(seq) {
    this.upTo = Math.max(this.upTo, seq);
    for (const each of this.#ahead) if (each <= this.upTo) this.#ahead.delete(each);
    this.#close();
  }

  get hasGap() {
    return this.#ahead.size > 0;
  }

  #close() {
    while (this.#ahead.delete(this.upTo + 1)) this.upTo += 1;
  }
}

/** Within a stream the numbers are the order; a note stands among the public messages by its time. */
export const comesBefore = (a, b) => (a.stream === b.stream ? a.seq < b.seq : a.at < b.at);

/** Where `row` belongs among rows that are in order. New ones are mostly the newest, so that is asked first. */
export function placeOf(rows, row) {
  if (!rows.length || comesBefore(rows[rows.length - 1], row)) return rows.length;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comesBefore(rows[middle], row)) low = middle + 1;
    else high = middle;
  }
  return low;
}
