import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { openPage, settle } from './page.mjs';

const { Stream } = await import(process.env.CHAT_JS + '/stream.js');
const entry = (seq) => ({ seq, type: 'message', data: { seq } });

function begin(t, answer) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const page = openPage({ answer });
  const [shown, reached] = [[], []];
  const stream = new Stream({ room: 'a', name: 'p', head: 0 }, {
    show: ({ seq }) => shown.push(seq),
    reset() {},
    aside() {},
    typing() {},
    reach: (isReached, isRefused = false) => reached.push([isReached, isRefused]),
  });
  stream.start({ token: 't', position: '' });
  return { page, stream, shown, reached };
}

async function pass(ms) {
  mock.timers.tick(ms);
  for (let i = 0; i < 10; i += 1) await settle();
}

test('a socket that may not hear the room is stood in for, and followed again once newer tokens open it', async (t) => {
  const { page, shown, reached } = begin(t, (path) => ({ body: { events: path.endsWith('=0') ? [entry(1)] : [], head: 1 } }));
  page.channel.state(false, 'refused');
  await pass(0);
  assert.deepEqual([shown, reached.at(-1)], [[1], [true, false]]);

  page.channel.state(true, 'live');
  page.channel.message({ event: 'message', data: { seq: 2 } });
  assert.deepEqual(shown, [1, 2]);
});

test('a room that is no longer one’s own is said to be so, and not asked for again', async (t) => {
  const { page, reached } = begin(t, () => ({ status: 404 }));
  page.channel.state(false, 'refused');
  await pass(0);
  assert.deepEqual(reached, [[false, true]]);

  const { length } = page.asked;
  await pass(60_000);
  assert.equal(page.asked.length, length);
});

test('what was stopped while it asked says nothing and asks no more', async (t) => {
  let say;
  const { page, stream, reached } = begin(t, () => new Promise((resolve) => (say = resolve)));
  page.channel.state(false, 'offline');
  await pass(1_000);
  stream.stop();
  say({ body: { events: [], head: 0 } });
  await pass(60_000);
  assert.deepEqual([reached, page.asked.length], [[], 1]);
});
