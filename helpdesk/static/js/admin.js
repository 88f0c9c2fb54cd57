// The admin's own few lines, loaded after the theme's htmx and before it starts: its indicator
// styles are a style element, which the content security policy refuses.
if (window.htmx) window.htmx.config.includeIndicatorStyles = false;

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-select-all]")) event.target.select();
});
