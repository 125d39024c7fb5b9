import assert from 'node:assert/strict';
import { test } from 'node:test';

const { Sequence, placeOf } = await import(process.env.CHAT_JS + '/order.js');
const { Unread } = await import(process.env.CHAT_JS + '/unread.js');

const shuffle = (list) => {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
};

test('each number is new once, in whatever order they come', () => {
  for (let round = 0; round < 200; round += 1) {
    const sequence = new Sequence(10);
    const numbers = shuffle([...Array(30).keys()].map((n) => n + 6)); // 6 to 35, of which 6 to 10 are known
    const taken = [...numbers, ...shuffle([...numbers])].filter((seq) => sequence.take(seq));
    assert.deepEqual(taken.sort((a, b) => a - b), [...Array(25).keys()].map((n) => n + 11));
    assert.equal(sequence.upTo, 35);
    assert.equal(sequence.hasGap, false);
  }
});

test('a hole is seen until it is filled', () => {
  const sequence = new Sequence(3);
  sequence.take(5);
  assert.deepEqual([sequence.hasGap, sequence.upTo], [true, 3]);
  sequence.take(4);
  assert.deepEqual([sequence.hasGap, sequence.upTo], [false, 5]);
});

test('what is skipped is no hole any more', () => {
  const sequence = new Sequence(3);
  sequence.take(9);
  sequence.skipTo(8);
  assert.deepEqual([sequence.hasGap, sequence.upTo], [false, 9]);
  assert.equal(sequence.take(5), false);
});

test('rows end up by number, and notes by time among them', () => {
  const rows = [];
  const put = (row) => rows.splice(placeOf(rows, row), 0, row);
  const wanted = [...Array(40).keys()].map((n) => ({ stream: n % 5 === 4 ? 'i' : 'p', seq: n, at: 1000 + n * 10 }));
  for (const row of shuffle([...wanted])) put(row);
  assert.deepEqual(rows, wanted);
});

test('unread falls to nothing when all is read, wherever that happened', () => {
  const unread = new Unread(2, 10);
  [11, 12, 12, 9].forEach((seq) => unread.note(seq));
  assert.equal(unread.count, 4);
  unread.read(11);
  assert.equal(unread.count, 1);
  unread.read(12);
  assert.equal(unread.count, 0);
});
