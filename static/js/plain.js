/** An answer that htmx does not show, or none at all: the browser sends the form itself and shows why. Its key counts once. */
const isHidden = (status) => status === undefined || status === 404 || status === 429 || status >= 500;

for (const event of ['htmx:response:error', 'htmx:error']) {
  document.addEventListener(event, ({ target, detail }) => {
    if (target.matches?.('form[data-plain]') && isHidden(detail.ctx?.response?.status)) target.submit();
  });
}
