/** How many shoppers wait, in the navigation: each agent's own figure, so it is asked for when the queue says that it changed. */
const CHANNEL = 'queue';
const GATHER_MS = 1_000;
let timer = 0;

async function refetch() {
  timer = 0;
  const answer = await fetch('/staff/chat/count', { cache: 'no-store' }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // the next change brings it
  const source = document.body;
  window.htmx.swap({ text: await answer.text(), sourceElement: source, target: source, swap: 'none', transition: false });
}

function refetchSoon() {
  if (document.querySelector('[data-waiting-count]')) timer ||= setTimeout(refetch, GATHER_MS);
}

document.addEventListener('live:message', ({ detail }) => detail.channel === CHANNEL && refetchSoon());
document.addEventListener('live:reset', ({ detail }) => detail.channels.includes(CHANNEL) && refetchSoon());
