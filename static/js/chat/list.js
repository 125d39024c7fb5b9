import { placeOf } from './order.js';

const rowOf = (item) => ({ stream: item.dataset.stream, seq: +item.dataset.seq, at: +item.dataset.at, item });
const minuteOf = (item) => Math.floor(item.dataset.at / 60_000);

/** The bubbles in their order, whatever the order they come in, with the day above its first and one name above each group. */
export class MessageList {
  #list;
  #days;
  #shownBy = new Map(); // bubble -> the entry of the log that showed it last

  constructor(list, zone) {
    this.#list = list;
    this.#days = dayFormat(zone);
    this.items.forEach((item) => this.#dress(item));
  }

  get items() {
    return [...this.#list.querySelectorAll(':scope > .c-message')];
  }

  get last() {
    return this.items.at(-1);
  }

  find(stream, seq) {
    return this.#list.querySelector(`:scope > [data-stream="${stream}"][data-seq="${seq}"]`);
  }

  findOwn(sender, clientId) {
    return this.#list.querySelector(`[data-sender="${CSS.escape(sender)}"][data-client-id="${CSS.escape(clientId)}"]`);
  }

  /** Puts the bubble where it belongs, in place of an older look of itself. Answers it when it is new. */
  put(content, entrySeq = 0) {
    const item = parse(content).querySelector('.c-message');
    const { stream, seq } = item.dataset;
    const shown = this.find(stream, seq);
    const key = `${stream}${seq}`;
    // Its first look is no news to a bubble that is there, nor is a look that came before the one it has.
    if (shown && (entrySeq <= seq || entrySeq < this.#shownBy.get(key))) return null;
    this.#shownBy.set(key, entrySeq);
    if (shown) shown.replaceWith(item);
    else this.#insert(item);
    this.#dress(item);
    this.#dress(nextMessage(item));
    window.htmx?.process(item);
    return shown ? null : item;
  }

  /** A page of earlier ones in place of the way to them; answers how many were new. */
  addEarlier(content) {
    const page = parse(content);
    this.#list.querySelector('[data-earlier]')?.remove();
    const bubbles = [...page.querySelectorAll('.c-message')];
    const added = bubbles.filter((item) => this.put(item.outerHTML)).length;
    const earlier = page.querySelector('[data-earlier]');
    if (earlier) this.#list.prepend(earlier);
    return added;
  }

  replaceAll(content) {
    this.#list.replaceChildren(...parse(content).children);
    this.#shownBy.clear();
    this.items.forEach((item) => this.#dress(item));
    window.htmx?.process(this.#list);
  }

  #insert(item) {
    const { items } = this;
    const place = placeOf(items.map(rowOf), rowOf(item));
    if (items[place]) items[place].before(item);
    else this.#list.append(item);
  }

  #dress(item) {
    if (!item) return;
    const before = previousMessage(item);
    const day = this.#days(+item.dataset.at);
    const isSameDay = before && this.#days(+before.dataset.at) === day;
    if (isSameDay) delete item.dataset.day;
    else item.dataset.day = day;
    const follows = isSameDay && isOneGroup(before, item);
    item.toggleAttribute('data-follows', follows);
    before?.toggleAttribute('data-followed', follows);
  }
}

const isOneGroup = (a, b) =>
  a.dataset.sender === b.dataset.sender && a.dataset.stream === b.dataset.stream && minuteOf(a) === minuteOf(b);

const previousMessage = (item) => (item.previousElementSibling?.matches('.c-message') ? item.previousElementSibling : null);
const nextMessage = (item) => (item.nextElementSibling?.matches('.c-message') ? item.nextElementSibling : null);

function parse(content) {
  const template = document.createElement('template');
  template.innerHTML = content;
  return template.content;
}

function dayFormat(timeZone) {
  const lang = document.documentElement.lang || undefined;
  const format = new Intl.DateTimeFormat(lang, { weekday: 'short', day: 'numeric', month: 'short', timeZone });
  return (ms) => (format.format(ms) === format.format(Date.now()) ? 'Today' : format.format(ms));
}
