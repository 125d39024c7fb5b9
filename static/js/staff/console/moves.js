/** What moved on without its agent is told until it has been seen: the button takes away all that are shown. */
const KEY = 'chat:moves-seen';
const list = document.getElementById('inbox');
const seen = () => Number(sessionStorage.getItem(KEY) ?? 0);

function hide() {
  const box = list.querySelector('#inbox-moves');
  if (!box) return;
  const lines = [...box.querySelectorAll('[data-move]')];
  for (const line of lines) line.hidden = +line.dataset.move <= seen();
  box.hidden = lines.every(({ hidden }) => hidden);
  box.querySelector('[data-seen]').hidden = false;
}

if (list) {
  hide();
  new MutationObserver(hide).observe(list, { childList: true, subtree: true });
  list.addEventListener('click', ({ target }) => {
    if (!target.closest('[data-seen]')) return;
    sessionStorage.setItem(KEY, Math.max(...[...list.querySelectorAll('[data-move]')].map(({ dataset }) => +dataset.move)));
    hide();
  });
}
