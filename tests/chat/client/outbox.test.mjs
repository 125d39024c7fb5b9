import assert from 'node:assert/strict';
import { test } from 'node:test';

const { Outbox, GIVE_UP_MS } = await import(process.env.CHAT_JS + '/outbox.js');
const OFFLINE = 0;

/** A clock that stands still until it is moved, and a server that answers what it is told to. */
class World {
  now = 0;
  timers = [];
  told = [];
  sent = [];
  kept = new Map();
  answers = () => 200;

  open() {
    return new Outbox({
      key: 'box',
      storage: {
        getItem: (key) => this.kept.get(key) ?? null,
        setItem: (key, value) => this.kept.set(key, value),
        removeItem: (key) => this.kept.delete(key),
      },
      send: async (item, signal) => {
        this.sent.push(item.id);
        const status = await this.answers(item, signal);
        if (status === OFFLINE) throw new Error('no connection');
        return { status, answer: { seq: 1 }, detail: `refused with ${status}`, retryAfter: 7 };
      },
      tell: (item, state, details) => this.told.push([item.id, state, details.text ?? details.seconds]),
      clock: {
        now: () => this.now,
        wait: (act, ms) => this.timers.push({ act, at: this.now + ms }) - 1,
        cancel: (timer) => delete this.timers[timer],
        random: () => 1,
      },
    });
  }

  /** Everything that is due within `ms`, each in its own time. */
  async pass(ms) {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const due = this.timers.map((timer, i) => ({ ...timer, i })).filter(({ at }) => at <= end);
      if (!due.length) break;
      const next = due.reduce((a, b) => (b.at < a.at ? b : a));
      delete this.timers[next.i];
      this.now = next.at;
      next.act();
      await settle();
    }
    this.now = end;
  }

  last(id) {
    return this.told.filter(([each]) => each === id).at(-1);
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const item = (id) => ({ id, body: id, stream: 'p' });

test('messages go out one after the other, in the order they were written', async () => {
  const world = new World();
  const box = world.open();
  ['one', 'two', 'three'].forEach((id) => box.add(item(id)));
  await world.pass(0);
  assert.deepEqual(world.sent, ['one', 'two', 'three']);
  assert.deepEqual(world.last('three').slice(0, 2), ['three', 'sent']);
  assert.equal(world.kept.size, 0);
});

test('without a connection it is tried again after 1, 2, 4, 8, 16 and then every 30 seconds, under the same id', async () => {
  const world = new World();
  const times = [];
  world.answers = () => {
    times.push(world.now);
    return OFFLINE;
  };
  world.open().add(item('one'));
  await world.pass(GIVE_UP_MS - 1);
  assert.deepEqual(times, [0, 1000, 3000, 7000, 15000, 31000, 61000, 91000]);
  assert.deepEqual([...new Set(world.sent)], ['one']);
});

test('after two minutes it is said to be not sent, and stays until somebody decides', async () => {
  const world = new World();
  world.answers = () => OFFLINE;
  const box = world.open();
  box.add(item('one'));
  await world.pass(GIVE_UP_MS + 60_000);
  assert.deepEqual(world.last('one'), ['one', 'failed', 'Not sent.']);
  const tries = world.sent.length;
  await world.pass(600_000);
  assert.equal(world.sent.length, tries);

  world.answers = () => 200;
  box.retry('one');
  await world.pass(0);
  assert.deepEqual(world.last('one').slice(0, 2), ['one', 'sent']);
});

test('a lost answer is asked for again with the same id', async () => {
  const world = new World();
  let tries = 0;
  world.answers = () => ((tries += 1) === 1 ? OFFLINE : 200);
  world.open().add(item('one'));
  await world.pass(1000);
  assert.deepEqual(world.sent, ['one', 'one']);
  assert.equal(world.told.filter(([, state]) => state === 'sent').length, 1);
});

test('what was written without a connection survives a reload and goes out once', async () => {
  const world = new World();
  world.answers = () => OFFLINE;
  const before = world.open();
  before.add(item('one'));
  before.add(item('two'));
  await world.pass(500);

  world.timers = []; // the page is gone
  world.answers = () => 200;
  world.sent = [];
  world.open().resume();
  await world.pass(60_000);
  assert.deepEqual(world.sent, ['one', 'two']);
  assert.equal(world.kept.size, 0);
});

test('what was deleted is never sent again, not even by an attempt under way', async () => {
  const world = new World();
  let aborted = false;
  world.answers = (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve((aborted = true) && OFFLINE)));
  const box = world.open();
  box.add(item('one'));
  await world.pass(0);
  box.remove('one');
  await world.pass(300_000);
  assert.equal(aborted, true);
  assert.deepEqual(world.sent, ['one']);
  world.open().resume();
  await world.pass(60_000);
  assert.deepEqual(world.sent, ['one']);
});

test('what is refused keeps its text with the reason and does not hold up the next', async () => {
  const world = new World();
  world.answers = ({ id }) => (id === 'bad' ? 422 : 200);
  const box = world.open();
  box.add(item('bad'));
  box.add(item('good'));
  await world.pass(0);
  assert.deepEqual(world.last('bad'), ['bad', 'failed', 'refused with 422']);
  assert.equal(world.last('good')[1], 'sent');

  world.told = [];
  world.open().resume();
  assert.deepEqual(world.last('bad'), ['bad', 'failed', 'refused with 422']);
});

test('too fast: it waits as long as it was told to, says so, and then goes out by itself', async () => {
  const world = new World();
  world.answers = () => (world.now < 7000 ? 429 : 200);
  const box = world.open();
  box.add(item('one'));
  await world.pass(0);
  assert.deepEqual(world.last('one'), ['one', 'held', 7]);
  box.add(item('two'));
  await world.pass(6999);
  assert.deepEqual(world.sent, ['one']);
  await world.pass(1);
  assert.deepEqual(world.sent, ['one', 'one', 'two']);
});

test('a connection that is back is used at once', async () => {
  const world = new World();
  world.answers = () => OFFLINE;
  const box = world.open();
  box.add(item('one'));
  await world.pass(40_000);
  world.answers = () => 200;
  box.wake();
  await world.pass(0);
  assert.equal(world.last('one')[1], 'sent');
});

test('a storage that is full or forbidden loses nothing of a page that stays', async () => {
  const world = new World();
  const box = world.open();
  world.kept.set = () => {
    throw new Error('quota');
  };
  box.add(item('one'));
  await world.pass(0);
  assert.equal(world.last('one')[1], 'sent');
});
