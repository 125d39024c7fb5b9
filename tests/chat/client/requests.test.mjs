import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './page.mjs';

const { post } = await import(process.env.CHAT_JS + '/requests.js');
const { askHtml, askJson } = await import(process.env.CHAT_JS + '/../page/ask.js');
const LOGIN = { body: '<h1>Sign in</h1>', redirected: true };

test('the page to sign in on is no answer to what was asked for', async () => {
  openPage({ answer: () => LOGIN });
  await assert.rejects(askHtml('/staff/chat/list'));
  await assert.rejects(askJson('/chat/rooms/a/events'));
});

test('whoever is no longer signed in is told so, and nothing counts as sent', async () => {
  openPage({ answer: () => LOGIN });
  const { status, detail } = await post('/chat/rooms/a/messages', {});
  assert.equal(status, 401);
  assert.match(detail, /no longer signed in/);
});

test('an answer that cannot be from us counts as none', async () => {
  openPage({ answer: () => ({ body: '<h1>Welcome to the café</h1>' }) });
  await assert.rejects(post('/chat/rooms/a/messages', {}));
});

test('a refusal says why, in whatever form it comes', async () => {
  openPage({ answer: () => ({ status: 422, body: { detail: 'Too long' } }) });
  assert.equal((await post('/a', {})).detail, 'Too long');
  openPage({ answer: () => ({ status: 502, body: '<h1>Bad gateway</h1>' }) });
  assert.equal((await post('/a', {})).status, 502);
});
