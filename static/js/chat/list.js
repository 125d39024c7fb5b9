import { comesBefore, placeOf } from './order.js';

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

  find(stream, seq) {
    return this.#list.querySelector(`:scope > [data-stream="${stream}"][data-seq="${seq}"]`);
  }

  findOwn(sender, clientId) {
    return this.#list.querySelector(`[data-sender="${CSS.escape(sender)}"][data-client-id="${CSS.escape(clientId)}"]`);
  }

  /** Puts the bubble where it belongs, in place of an older look of itself. Answers it and whether it is new. */
  put(content, entrySeq = 0) {
    const item = parse(content).querySelector('.c-message');
    const { stream, seq } = item.dataset;
    const shown = this.find(stream, seq);
    const key = `${stream}${seq}`;
    // Its first look is no news to a bubble that is there, nor is a look that came before the one it has.
    if (shown && (entrySeq <= seq || entrySeq < this.#shownBy.get(key))) return {};
    this.#shownBy.set(key, entrySeq);
    if (shown) this.#replace(shown, item);
    else this.#insert(item);
    this.#dress(item);
    this.#dress(nextMessage(item));
    window.htmx?.process(item);
    return { item, isNew: !shown };
  }

  /** A page of earlier ones in place of the way to them. */
  addEarlier(content) {
    const page = parse(content);
    this.#list.querySelector('[data-earlier]')?.remove();
    for (const item of page.querySelectorAll('.c-message')) this.put(item.outerHTML);
    const earlier = page.querySelector('[data-earlier]');
    if (earlier) this.#list.prepend(earlier);
  }

  /** The newest page in place of all; what came after it was made stays below. */
  replaceAll(content) {
    const page = parse(content);
    const last = page.querySelector('.c-message:last-of-type');
    const later = this.items.filter((item) => !last || comesBefore(rowOf(last), rowOf(item)));
    this.#list.replaceChildren(...page.children, ...later);
    this.items.forEach((item) => this.#dress(item));
    window.htmx?.process(this.#list);
  }

  /** A button in it that had the focus is gone: the log takes it, or the next key would start from the top of the page. */
  #replace(shown, item) {
    const hadFocus = shown.contains(document.activeElement);
    shown.replaceWith(item);
    if (hadFocus) this.#list.closest('[role=log]').focus({ preventScroll: true });
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
