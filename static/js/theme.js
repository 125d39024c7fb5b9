/** Applies a chosen theme at once; the form still posts, so the cookie and the next page agree. */
const forms = document.querySelectorAll('[data-theme-form]');

function show(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of [...forms].flatMap((form) => [...form.elements.theme])) {
    button.setAttribute('aria-pressed', String(button.value === theme));
  }
}

async function choose(event) {
  event.preventDefault();
  const { submitter, currentTarget: form } = event;
  const body = new FormData(form, submitter);
  show(submitter.value);
  const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => null);
  const isKept = answer && (answer.ok || answer.type === 'opaqueredirect');
  if (isKept) return;
  // An expired form would lose the choice silently: let the browser post it and show why.
  form.removeEventListener('submit', choose);
  submitter.click();
}

for (const form of forms) form.addEventListener('submit', choose);
