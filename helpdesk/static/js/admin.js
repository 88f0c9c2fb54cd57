// The admin's own few lines, loaded after the theme's htmx and before it starts: its indicator
// styles are a style element, which the content security policy refuses.
if (window.htmx) window.htmx.config.includeIndicatorStyles = false;

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-select-all]")) event.target.select();
});

// What the theme's scripts make has no name, or the same for all: it gets that of what it is.
function nameScrollAreas() {
  for (const area of document.querySelectorAll("[data-simplebar]")) {
    const heading = area.closest("fieldset[aria-labelledby]")?.getAttribute("aria-labelledby");
    const pages = area.closest("nav") && area.closest("[data-name-of-navigation]");
    const name = pages?.dataset.nameOfNavigation ?? document.getElementById(heading)?.textContent.trim();
    if (name) area.dataset.simplebarAriaLabel = name;
  }
}

function nameSearchableSelects() {
  for (const box of document.querySelectorAll(".select2-container")) {
    const select = box.previousElementSibling;
    const name = select?.getAttribute("aria-label") ?? select?.labels?.[0]?.textContent.trim();
    if (!name) continue;
    const value = box.querySelector(".select2-selection__rendered")?.title ?? "";
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", value ? `${name}: ${value}` : name);
    }
  }
}

document.addEventListener("DOMContentLoaded", () => {
  nameScrollAreas();
  // They are drawn after the page, and again with each choice.
  new MutationObserver(nameSearchableSelects).observe(document.body, { childList: true, subtree: true });
});
