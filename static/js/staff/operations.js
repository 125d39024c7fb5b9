/**
 * The operations page. It is pushed every two seconds; when nothing comes, whatever the reason (no socket, no Redis, no
 * clock), it is fetched instead: it must work best when something is broken.
 */
import { morph } from './live-regions.js';

const LOOK_MS = 2_000;
const SILENT_MS = 5_000;
// A server that hangs is one that does not answer.
const LONGEST_MS = 8_000;
const board = document.querySelector('[data-ops-board]');
const unfolded = new Set(); // ids: what is pushed comes folded, whatever the reader has opened
let heardAt = Date.now();
let isBusy = false;

async function look() {
  if (document.hidden || isBusy || Date.now() - heardAt < SILENT_MS) return;
  isBusy = true;
  try {
    // page/ask.js stands in the shop's own bundle, which is on this page too.
    const answer = await fetch(board.dataset.opsBoard, { cache: 'no-store', signal: AbortSignal.timeout(LONGEST_MS) });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    show(await answer.text());
    board.removeAttribute('data-stale');
  } catch {
    board.setAttribute('data-stale', '');
  } finally {
    isBusy = false;
  }
}

function show(html) {
  const part = new DOMParser().parseFromString(html, 'text/html').body;
  morph(board, part);
}

if (board) {
  board.addEventListener('toggle', ({ target }) => unfolded[target.open ? 'add' : 'delete'](target.id), true);
  document.addEventListener('live:message', ({ detail }) => {
    if (detail.channel !== 'ops') return;
    heardAt = Date.now();
    for (const id of unfolded) document.getElementById(id)?.setAttribute('open', '');
  });
  setInterval(look, LOOK_MS);
}
