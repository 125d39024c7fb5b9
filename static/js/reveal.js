/** Lets people read the password they type. */
for (const button of document.querySelectorAll('[data-reveal]')) {
  const input = document.getElementById(button.getAttribute('aria-controls'));
  button.hidden = false;
  button.addEventListener('click', () => {
    const isShown = input.type === 'password';
    input.type = isShown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(isShown));
  });
  // A readable password must not be kept in the form history of the browser.
  input.form?.addEventListener('submit', () => { input.type = 'password'; });
}
