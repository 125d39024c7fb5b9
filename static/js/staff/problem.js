/** A form that comes back with a problem opens there, not at the top of a long page. What its markup gives the focus keeps it. */
const problem = document.querySelector('main [aria-invalid="true"], main [role="alert"]');

if (problem && !document.querySelector('main [autofocus]')) {
  if (!problem.matches('input, select, textarea')) problem.tabIndex = -1;
  problem.focus({ preventScroll: true });
  problem.scrollIntoView({ block: 'center' });
}
