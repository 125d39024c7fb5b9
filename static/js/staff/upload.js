/** Sends a picture with a bar that shows how far it is, and puts the answered page's main part in place. */
const MEGABYTE = 1024 * 1024;

function send(form) {
  const bar = form.querySelector('progress');
  const button = form.querySelector('button.c-button');
  const request = new XMLHttpRequest();
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    bar.hidden = false;
    bar.value = (100 * loaded) / total;
  });
  request.addEventListener('loadend', () => {
    bar.hidden = true;
    button.removeAttribute('aria-busy');
    if (request.responseXML?.querySelector('main')) show(request.responseXML, request.responseURL);
    else refuse(form, 'The upload did not arrive. Check the connection and send it again.');
  });
  button.setAttribute('aria-busy', 'true');
  request.open('POST', form.action);
  request.responseType = 'document';
  request.send(new FormData(form));
}

function show(page, url) {
  document.querySelector('.c-notices')?.remove();
  const main = page.querySelector('main');
  const notices = page.querySelector('.c-notices');
  const old = document.querySelector('main');
  if (notices) old.before(notices);
  old.replaceWith(main);
  history.replaceState(null, '', url);
  window.htmx.process(main);
  const wrong = main.querySelector('[data-upload] [aria-invalid]');
  const place = wrong ?? main.querySelector('[data-upload] [role="alert"]') ?? main.querySelector('.p-picture:last-child');
  place?.scrollIntoView({ block: 'center' });
  wrong?.focus();
}

function refuse(form, text) {
  const input = form.querySelector('[type="file"]');
  form.querySelector('[data-refused]')?.remove();
  const line = document.createElement('p');
  Object.assign(line, { className: 'c-field__error', textContent: text });
  line.dataset.refused = '';
  line.setAttribute('role', 'alert');
  input.after(line);
  input.focus();
}

document.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-upload]');
  if (!form) return;
  event.preventDefault();
  const file = form.querySelector('[type="file"]').files[0];
  if (form.querySelector('[aria-busy="true"]')) return;
  const most = Number(form.dataset.mostBytes);
  if (file && file.size > most) refuse(form, `The file is larger than ${most / MEGABYTE} MB. Make it smaller and choose it again.`);
  else send(form);
});
