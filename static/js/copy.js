/** Buttons that copy what stands in an element. Where the browser lets no page copy, they mark it, for the hand to copy. */
function mark(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

for (const box of document.querySelectorAll('[data-copy]')) {
  const [button, said] = [box.querySelector('button'), box.querySelector('[role=status]')];
  const source = document.getElementById(box.dataset.copy);
  box.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.innerText.trim());
      said.textContent = 'Copied';
    } catch {
      mark(source);
      said.textContent = 'Marked: copy it with your keyboard';
    }
  });
}
