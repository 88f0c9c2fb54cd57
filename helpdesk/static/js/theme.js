// The theme: applies the person's choice (light, dark, or what the device says) before the
// first paint, and keeps the theme switch in step. Loaded in <head>, without defer, for that.
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  root.classList.add("has-script");

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is blocked: the device decides
    }
  }

  function apply(theme) {
    if (theme === "light" || theme === "dark") {
      root.dataset.theme = theme;
    } else {
      delete root.dataset.theme;
    }
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      const chosen = button.dataset.themeChoice === (root.dataset.theme ?? "device");
      button.setAttribute("aria-pressed", String(chosen));
    }
  }

  apply(stored());
  document.addEventListener("DOMContentLoaded", () => apply(stored()));
  document.addEventListener("htmx:load", () => apply(stored()));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      localStorage.setItem(KEY, button.dataset.themeChoice);
    } catch {
      // the choice then lasts for this page only
    }
    apply(button.dataset.themeChoice);
  });

  // Another tab chose: follow it.
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) apply(event.newValue);
  });
})();
