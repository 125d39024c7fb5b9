import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, settle } from './page.mjs';

const sent = [];
let status = 503;
const item = (id) => ({ id, body: id, stream: 'p', since: 0 });
const page = openPage({
  answer: (path, { body }) => {
    sent.push(`${path} ${body.get('body')}`);
    return { status };
  },
  kept: { 'chat:outbox:a': JSON.stringify([item('one')]), 'chat:outbox:b:user:mira': JSON.stringify([item('two')]) },
});
const { outboxOf, resumeOutboxes } = await import(process.env.CHAT_JS + '/outboxes.js');

test('what an earlier page left goes out without being shown, but only for whoever wrote it', async () => {
  status = 200;
  resumeOutboxes();
  await settle();
  assert.deepEqual(sent, ['/chat/rooms/a/messages one']);

  resumeOutboxes('user:mira');
  await settle();
  assert.deepEqual(sent.slice(1), ['/chat/rooms/b/messages two']);
  assert.deepEqual(page.kept, {});
});

test('a thread in the place of another goes on with the same outbox, and nothing is lost or sent twice', async () => {
  [status, sent.length] = [503, 0];
  const told = [];
  outboxOf('c').resume(() => assert.fail('nobody looks there any longer'));
  outboxOf('c').resume((each, state) => told.push(`${each.id} ${state}`));
  outboxOf('c').add({ id: 'three', body: 'three', stream: 'p' });
  await settle();
  status = 200;
  page.listeners.online();
  await settle();
  assert.deepEqual(told, ['three sending', 'three sent']);
  assert.deepEqual(page.kept, {});
});
