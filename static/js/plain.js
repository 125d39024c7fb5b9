/** An answer that htmx does not show, or none at all: the browser sends the form itself and shows why. Its key counts once. */
const isHidden = (status) => status === undefined || status === 404 || status === 429 || status >= 500;

/** `submit()` does not tell which button was pressed. What tells it does not stay: the page may come back. */
function submit(form, button) {
  const pressed = Object.assign(document.createElement('input'), { type: 'hidden', name: button?.name ?? '', value: button?.value ?? '' });
  form.append(pressed);
  form.submit();
  pressed.remove();
}

for (const event of ['htmx:response:error', 'htmx:error']) {
  document.addEventListener(event, ({ target, detail }) => {
    if (target.matches?.('form[data-plain]') && isHidden(detail.ctx?.response?.status)) submit(target, detail.ctx?.sourceEvent?.submitter);
  });
}
