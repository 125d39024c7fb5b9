import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

const { Typing } = await import(process.env.CHAT_JS + '/../live/typing.js');
const TIMES = { resendMs: 30, idleMs: 60, expireMs: 90 };

/** Time stands still until it is moved. */
function open(t, times = TIMES) {
  let now = 0;
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => now);
  t.after(() => mock.reset());
  const pass = (ms) => {
    now += ms;
    mock.timers.tick(ms);
  };
  const [sent, told] = [[], []];
  const typing = new Typing((name, state) => sent.push(`${name} ${state}`) > 0, (channel, subjects) => told.push([channel, ...subjects]));
  typing.times = times;
  return { typing, sent, told, pass };
}

test('keystrokes are said once in a while, and the end of them by itself', (t) => {
  const { typing, sent, pass } = open(t);
  for (let i = 0; i < 10; i += 1) typing.start('room:a');
  assert.deepEqual(sent, ['room:a start']);
  pass(29);
  typing.start('room:a');
  assert.deepEqual(sent, ['room:a start']);
  pass(1);
  typing.start('room:a');
  assert.deepEqual(sent, ['room:a start', 'room:a start']);
  pass(59);
  assert.deepEqual(sent, ['room:a start', 'room:a start']);
  pass(1);
  assert.deepEqual(sent, ['room:a start', 'room:a start', 'room:a stop']);
});

test('what was sent is no longer typed, and nothing is stopped that was not begun', (t) => {
  const { typing, sent } = open(t);
  typing.stop('room:a');
  typing.start('room:a');
  typing.stop('room:a');
  typing.stop('room:a');
  assert.deepEqual(sent, ['room:a start', 'room:a stop']);
});

test('a server that knows no typing hears of none', (t) => {
  const { typing, sent } = open(t, null);
  typing.start('room:a');
  assert.deepEqual(sent, []);
});

test('who types is told by name, and forgotten when the end is never heard', (t) => {
  const { typing, told, pass } = open(t);
  typing.take({ channel: 'room:a', subject: 'user:mira', state: 'start' });
  typing.take({ channel: 'room:a', subject: 'user:jonas', state: 'start' });
  typing.take({ channel: 'room:a', subject: 'user:jonas', state: 'stop' });
  assert.deepEqual(told.at(-1), ['room:a', 'user:mira']);
  pass(89);
  assert.deepEqual(told.at(-1), ['room:a', 'user:mira']);
  pass(1);
  assert.deepEqual(told.at(-1), ['room:a']);
});
