/**
 * One conversation on the page, for shoppers and staff alike: `startThreads()` finds each `[data-chat]` that is not running.
 * Its `[data-thread]` (chat/_thread.html) says which room it is and how far the page knows it, its `[data-composer]` writes.
 */
import { askHtml } from '../page/ask.js';
import { typed, typing } from '../page/channel.js';
import { Banner } from './banner.js';
import { Composer } from './composer.js';
import { MessageList } from './list.js';
import { keyOf, outboxOf } from './outboxes.js';
import { Pending, fateOf } from './pending.js';
import { Receipts } from './receipts.js';
import { newId } from './requests.js';
import { Scroll } from './scroll.js';
import { Stream } from './stream.js';
import { Typists } from './typists.js';
import { Uploads } from './uploads.js';

const threads = new Map(); // [data-chat] -> its thread

export class Thread {
  #root;
  #place;
  #facts;
  #streams = {};
  #list;
  #pending;
  #outbox;
  #composer;
  #receipts;
  #scroll;
  #typists;
  #banner;
  #writer;

  constructor(root) {
    this.#root = root;
    this.#place = root.querySelector('[data-thread]');
    this.#facts = { ...this.#place.dataset };
    const { room, me, zone, read, seen, names, owner } = this.#facts;
    const log = this.#find('log');
    this.#list = new MessageList(this.#find('list'), zone);
    this.#pending = new Pending(this.#find('pending'), this.#find('pending-item'));
    this.#markUnread(+read);
    this.#scroll = new Scroll(log, this.#find('newest'));
    this.#banner = new Banner(this.#find('banner'), this.#facts);
    this.#receipts = new Receipts({ room, me, log, zone, read: +read, seen: +seen, owner, items: () => this.#list.items });
    this.#typists = new Typists(this.#find('typing'), this.#find('said'), JSON.parse(names || '{}'));
    this.#list.items.forEach((item) => this.#learnName(item));
    this.#writer = this.#facts.as === 'shopper' ? '' : me;
    this.#outbox = outboxOf(room, this.#writer);
  }

  start() {
    this.#startComposer();
    for (const name of this.#facts.streams.split(' ')) this.#startStream(name);
    this.#place.addEventListener('click', (event) => this.#click(event));
    this.#outbox.resume((item, state, details) => this.#showFate(item, state, details));
  }

  stop() {
    for (const stream of Object.values(this.#streams)) stream.stop();
    this.#receipts.stop();
    this.#banner.stop();
  }

  /** For whoever writes by other means than the box, such as a canned reply. */
  get composer() {
    return this.#composer;
  }

  say(body, stream = 'p') {
    typed(this.#streams[stream].channel);
    this.#outbox.add({ id: newId(), body, stream });
    this.#scroll.toNewest();
  }

  #find(name) {
    return this.#place.querySelector(`[data-${name}]`);
  }

  #startComposer() {
    const form = this.#root.querySelector('[data-composer]');
    if (!form) return;
    const { room, filesPath, fileTypes, mostBytes } = { ...this.#facts, ...form.dataset };
    const limits = { types: (fileTypes ?? '').split(' '), mostBytes: +mostBytes };
    const uploads = new Uploads(this.#find('pending'), this.#find('upload-item'), filesPath, limits, (answer) => this.#showOwn(answer));
    this.#composer = new Composer(form, keyOf('draft', room, this.#writer), {
      send: (body, stream) => this.say(body, stream),
      type: (isWriting, stream) => this.#type(isWriting, stream),
      attach: (files, stream) => files.forEach((file) => uploads.add(file, stream)),
    });
  }

  #type(isWriting, name) {
    const channel = this.#streams[name]?.channel;
    if (channel) isWriting ? typing(channel) : typed(channel);
  }

  #startStream(name) {
    const of = (what) => this.#facts[`${what}${name.toUpperCase()}`];
    const stream = new Stream({ room: this.#facts.room, name, head: +of('head') }, {
      show: (entry) => this.#show(entry),
      reset: () => this.#reload(),
      aside: (message) => this.#hearAside(message),
      reach: (isReached, isRefused) => name === 'p' && this.#banner.note(isReached, isRefused) && this.#outbox.wake(),
      typing: (subjects) => this.#typists.show(name, subjects.filter((subject) => subject !== this.#facts.me)),
    });
    this.#streams[name] = stream;
    stream.start({ token: of('token'), position: of('position') });
  }

  /** An entry of the log: a new bubble, another look of one, or a change of the room. The page around it hears of all. */
  #show({ seq, type, data, content }) {
    const isShown = type === 'message' || this.#list.find(data.stream, data.message?.seq);
    if (content && isShown) this.#showBubble(content, seq, type === 'message');
    if (data.assignee) this.#typists.name(data.assignee, data.name);
    this.#tell(type === 'message' ? 'chat:said' : 'chat:changed', { type, ...data });
  }

  #showBubble(content, seq, isMessage) {
    const { me } = this.#facts;
    const release = this.#scroll.hold();
    const { item, isNew } = this.#list.put(content, seq);
    if (item) this.#receipts.watch(item);
    this.#receipts.render();
    if (!isNew) return;
    const isOwn = item.dataset.sender === me;
    if (isOwn) {
      this.#outbox.remove(item.dataset.clientId);
      this.#pending.remove(item.dataset.clientId);
    }
    this.#learnName(item);
    this.#typists.clear(item.dataset.sender);
    if (isMessage) release(isOwn);
  }

  /** The answer to a POST says the same as the socket will; whichever comes first shows it. */
  #showOwn(answer) {
    if (answer.content) this.#showBubble(answer.content, 0, true);
  }

  #learnName(item) {
    this.#typists.name(item.dataset.sender, item.querySelector('.c-message__name')?.textContent);
  }

  #hearAside({ event, data, ts }) {
    if (event === 'read') {
      this.#receipts.note(data, ts);
      if (data.reader === this.#facts.me) this.#tell('chat:read', { upTo: data.read });
    } else this.#tell('chat:changed', { type: event, ...data });
  }

  #tell(event, detail) {
    this.#place.dispatchEvent(new CustomEvent(event, { bubbles: true, detail: { room: this.#facts.room, ...detail } }));
  }

  #showFate(item, state, details) {
    if (state === 'sent') {
      this.#pending.remove(item.id);
      this.#showOwn(details.answer);
    } else if (this.#list.findOwn(this.#facts.me, item.id)) this.#outbox.remove(item.id);
    else {
      this.#pending.show(item, state, fateOf(state, details));
      if (state === 'failed') this.#find('said').textContent = `A message was not sent. ${details.text}`;
      this.#scroll.hold()(true);
    }
  }

  #click(event) {
    const link = event.target.closest('[data-earlier] a');
    if (link) {
      event.preventDefault();
      this.#showEarlier(link);
    }
    const button = event.target.closest('[data-retry], [data-delete], [data-cancel]');
    if (button) this.#decide(button);
  }

  /** About a message that is on its way; a file sees to itself. The button goes, so whoever pressed it writes on. */
  #decide(button) {
    const { clientId: id } = button.closest('.c-message').dataset;
    if (id && button.matches('[data-retry]')) this.#outbox.retry(id);
    else if (id) {
      this.#outbox.remove(id);
      this.#pending.remove(id);
    }
    (this.#composer ?? this.#find('log')).focus();
  }

  async #showEarlier(link) {
    if (link.ariaBusy === 'true') return;
    const log = this.#find('log');
    link.ariaBusy = log.ariaBusy = 'true';
    try {
      const page = await askHtml(link.href);
      this.#scroll.keepWhile(() => this.#list.addEarlier(page));
      if (link === document.activeElement || !document.activeElement?.isConnected) log.focus({ preventScroll: true });
    } catch {
      link.textContent = 'Earlier messages could not be loaded. Try again';
    } finally {
      link.ariaBusy = log.ariaBusy = null;
    }
  }

  /** What was missed is more than can be caught up on: show the newest page as if it were opened now. */
  async #reload() {
    this.#list.replaceAll(await askHtml(this.#facts.historyPath));
    this.#list.items.forEach((item) => this.#receipts.watch(item));
    this.#receipts.render();
    this.#scroll.toNewest();
  }

  #markUnread(read) {
    const first = this.#list.items.find(
      ({ dataset }) => dataset.stream === 'p' && +dataset.seq > read && dataset.sender !== this.#facts.me,
    );
    if (first && first !== this.#list.items[0]) first.toggleAttribute('data-unread', true);
  }
}

/** Starts what is new on the page and stops what has left it; answers the thread of each. */
export function startThreads(scope = document) {
  for (const [root, thread] of threads) {
    if (root.isConnected) continue;
    thread.stop();
    threads.delete(root);
  }
  for (const root of scope.querySelectorAll('[data-chat]')) {
    if (threads.has(root) || !root.querySelector('[data-thread]')) continue;
    const thread = new Thread(root);
    threads.set(root, thread);
    thread.start();
  }
  return threads;
}
