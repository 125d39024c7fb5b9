/** The way to support. Its module comes when it is used, or when there is a conversation to be followed; never before the page. */
const link = document.querySelector('[data-support]');
let chat;

const load = () => (chat ??= import('./chat.js'));

async function toggle(event) {
  const isOwn = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (isOwn) return;
  event.preventDefault();
  try {
    await load();
    document.dispatchEvent(new CustomEvent('support:toggle'));
  } catch {
    location.assign(link.href);
  }
}

/** Steps aside while something that can be pressed is underneath. */
function makeWay() {
  const covered = new Set();
  const { offsetTop: top, offsetLeft: left, offsetWidth, offsetHeight } = link; // where it is when it is not aside
  const margins = [-top, left + offsetWidth - innerWidth, top + offsetHeight - innerHeight, -left].map((px) => `${px}px`);
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) covered[isIntersecting ? 'add' : 'delete'](target);
    link.toggleAttribute('data-aside', covered.size > 0);
  }, { rootMargin: margins.join(' ') });
  for (const each of document.querySelectorAll('main :is(a, button, input, select, textarea, .c-price)')) watcher.observe(each);
  return watcher;
}

if (link) {
  let watcher = makeWay();
  let timer = 0;
  const look = () => {
    timer = 0;
    watcher.disconnect();
    watcher = makeWay();
  };
  const again = () => (timer ||= setTimeout(look, 200));
  addEventListener('resize', again);
  document.addEventListener('htmx:after:swap', again);
  link.addEventListener('click', toggle);
  if (link.dataset.room || sessionStorage.getItem('support:open')) (window.requestIdleCallback ?? setTimeout)(load);
}
