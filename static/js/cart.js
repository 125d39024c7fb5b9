/** The cart, on its page and in the drawer: follows stock, prices and other tabs, and leaves focus and typing alone. */
const QUIET_MS = 250;
const LIMIT_MS = 10_000;
const SHOWN = [409, 422];
let timer = 0;

const cart = () => document.getElementById('cart');
const put = (text, swap) => window.htmx.swap({ text, sourceElement: cart(), target: cart(), swap });

async function ask(path, options) {
  const headers = { 'HX-Request': 'true' };
  const answer = await fetch(path, { headers, signal: AbortSignal.timeout(LIMIT_MS), ...options });
  if (!answer.ok && !SHOWN.includes(answer.status)) throw new Error(answer.status);
  return answer.text();
}

/** Adds what the form says and shows it. A second click before the answer is the same click. */
export async function add(form) {
  if (form.ariaBusy === 'true') return;
  form.ariaBusy = 'true';
  try {
    const [text] = await Promise.all([ask(form.action, { method: 'POST', body: new FormData(form) }), prepare()]);
    open();
    await put(text, 'innerHTML');
  } finally {
    form.ariaBusy = null;
  }
}

export async function show() {
  const [text] = await Promise.all([ask('/cart'), prepare()]);
  for (const said of document.querySelectorAll('[data-cart-said]')) said.textContent = '';
  open();
  await put(text, 'innerHTML');
}

async function prepare() {
  if (!cart()) document.body.insertAdjacentHTML('beforeend', await ask('/cart/drawer'));
}

function open() {
  const drawer = document.getElementById('drawer');
  if (!drawer.open) drawer.showModal();
}

/** What was just taken out may be put back as long as it is offered. */
async function refetch() {
  const path = cart().querySelector('[data-cart-again]')?.dataset.cartAgain ?? '/cart';
  await put(await ask(path), 'innerMorph');
}

function follow({ detail: { channel } }) {
  const isOwn = channel === document.querySelector('.c-header__cart')?.dataset.channel;
  if (!cart() || !(isOwn || cart().querySelector(`[data-channel="${CSS.escape(channel)}"]`))) return;
  clearTimeout(timer);
  timer = setTimeout(() => refetch().catch(() => {}), QUIET_MS); // the next change asks again
}

document.addEventListener('live:message', follow);
document.addEventListener('live:reset', ({ detail: { channels } }) => channels.forEach((channel) => follow({ detail: { channel } })));
