import assert from 'node:assert/strict';
import { test } from 'node:test';

const { Typing } = await import(process.env.CHAT_JS + '/../live/typing.js');
const TIMES = { resendMs: 30, idleMs: 60, expireMs: 90 };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function open(times = TIMES) {
  const [sent, told] = [[], []];
  const typing = new Typing((name, state) => sent.push(`${name} ${state}`) > 0, (channel, subjects) => told.push([channel, ...subjects]));
  typing.times = times;
  return { typing, sent, told };
}

test('keystrokes are said once in a while, and the end of them by itself', async () => {
  const { typing, sent } = open();
  for (let i = 0; i < 10; i += 1) typing.start('room:a');
  assert.deepEqual(sent, ['room:a start']);
  await pause(40);
  typing.start('room:a');
  assert.deepEqual(sent, ['room:a start', 'room:a start']);
  await pause(120);
  assert.deepEqual(sent, ['room:a start', 'room:a start', 'room:a stop']);
});

test('what was sent is no longer typed, and nothing is stopped that was not begun', () => {
  const { typing, sent } = open();
  typing.stop('room:a');
  typing.start('room:a');
  typing.stop('room:a');
  typing.stop('room:a');
  assert.deepEqual(sent, ['room:a start', 'room:a stop']);
});

test('a server that knows no typing hears of none', () => {
  const { typing, sent } = open(null);
  typing.start('room:a');
  assert.deepEqual(sent, []);
});

test('who types is told by name, and forgotten when the end is never heard', async () => {
  const { typing, told } = open();
  typing.take({ channel: 'room:a', subject: 'user:mira', state: 'start' });
  typing.take({ channel: 'room:a', subject: 'user:jonas', state: 'start' });
  typing.take({ channel: 'room:a', subject: 'user:jonas', state: 'stop' });
  assert.deepEqual(told.at(-1), ['room:a', 'user:mira']);
  await pause(150);
  assert.deepEqual(told.at(-1), ['room:a']);
});
