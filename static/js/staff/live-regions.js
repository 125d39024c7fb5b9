/**
 * Parts of a page that follow stock. Staff figures do not travel on sockets: when a SKU of the page changes, the page is
 * fetched again, which checks who asks, and only what differs is written, so that focus and ticks stay.
 */
const GATHER_MS = 300;
const root = document.querySelector('[data-live-regions]');
let timer = 0;
let isBusy = false;
let isWanted = false;

const follows = (sku) => root.dataset.liveRegions === '*' || root.dataset.liveRegions.split(' ').includes(sku);

function refetchSoon() {
  isWanted = true;
  timer ||= setTimeout(refetch, GATHER_MS);
}

async function refetch() {
  timer = 0;
  if (isBusy) return; // asks again by itself
  isBusy = true;
  isWanted = false;
  const headers = { 'HX-Request': 'true' };
  const answer = await fetch(location.href, { headers, cache: 'no-store' }).catch(() => null);
  if (answer?.ok && !answer.redirected) show(await answer.text());
  isBusy = false;
  if (isWanted) refetchSoon();
}

function show(html) {
  const parts = new DOMParser().parseFromString(html, 'text/html').body.children;
  for (const part of [...parts]) {
    const region = document.getElementById(part.id);
    if (region && part.id) morph(region, part);
  }
}

export function morph(region, part) {
  const ticked = new Set([...region.querySelectorAll('input:checked')].map((box) => box.id));
  for (const details of region.querySelectorAll('details[open]')) part.querySelector(`#${details.id}`)?.setAttribute('open', '');
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  window.htmx.swap({ text: part.innerHTML, sourceElement: region, target: region, swap: 'innerMorph', transition: false });
  for (const box of region.querySelectorAll('input[type=checkbox]')) box.checked = ticked.has(box.id);
  if (!focused || document.activeElement === focused) return;
  // What had the focus is gone: its region takes it, or the next key would start from the top of the page.
  region.tabIndex = -1;
  (document.getElementById(focused.id) ?? region).focus({ preventScroll: true });
}

if (root) {
  document.addEventListener('live:message', ({ detail }) => follows(detail.data?.sku) && refetchSoon());
  document.addEventListener('live:reset', refetchSoon);
  const every = Number(root.dataset.liveEvery) * 1000;
  if (every) setInterval(() => document.hidden || refetchSoon(), every);
}
