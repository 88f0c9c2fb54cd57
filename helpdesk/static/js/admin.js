// The admin's own few lines, loaded after the theme's htmx and before it starts: its indicator
// styles are a style element, which the content security policy refuses.
if (window.htmx) window.htmx.config.includeIndicatorStyles = false;

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-select-all]")) event.target.select();
});

// What the theme's scripts make has no name, or the same for all: it gets that of what it is.
function nameScrollArea() {
  const area = document.getElementById("nav-sidebar-apps");
  const name = document.querySelector("[data-name-of-navigation]")?.dataset.nameOfNavigation;
  if (area && name) area.dataset.simplebarAriaLabel = name;
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

document.addEventListener("DOMContentLoaded", nameScrollArea);
addEventListener("load", nameSearchableSelects);
addEventListener("change", () => setTimeout(nameSearchableSelects)); // after select2 has drawn it
