// What somebody chose for this browser (colours, how dense lists are): applied before the first paint,
// and the switches kept in step. Loaded in <head>, without defer, for that.
(() => {
  const root = document.documentElement;
  root.classList.add("has-script");
  // By name: what is set on the root, and what stands for "no choice".
  const CHOICES = {
    theme: { values: ["light", "dark"], none: "device" },
    density: { values: ["compact"], none: "comfortable" },
  };

  function stored(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage is blocked: nothing is chosen
    }
  }

  function apply(name, value) {
    const { values, none } = CHOICES[name];
    if (values.includes(value)) root.dataset[name] = value;
    else delete root.dataset[name];
    for (const button of document.querySelectorAll(`[data-${name}-choice]`)) {
      const chosen = button.dataset[`${name}Choice`] === (root.dataset[name] ?? none);
      button.setAttribute("aria-pressed", String(chosen));
    }
  }

  function applyAll() {
    for (const name of Object.keys(CHOICES)) apply(name, stored(name));
  }

  applyAll();
  document.addEventListener("DOMContentLoaded", applyAll);
  document.addEventListener("htmx:load", applyAll);

  document.addEventListener("click", (event) => {
    for (const name of Object.keys(CHOICES)) {
      const button = event.target.closest(`[data-${name}-choice]`);
      if (!button) continue;
      const value = button.dataset[`${name}Choice`];
      try {
        localStorage.setItem(name, value);
      } catch {
        // the choice then lasts for this page only
      }
      apply(name, value);
    }
  });

  // Another tab chose: follow it.
  window.addEventListener("storage", (event) => {
    if (event.key in CHOICES) apply(event.key, event.newValue);
  });
})();
