// Conversations that somebody keeps at hand: a strip of tabs, theirs in this browser, there after a
// reload. What is listed is only names; each page is loaded, and authorised, when it is opened.

const KEY = "tabs";
const MOST = 8;
const strip = document.getElementById("tabs");
const here = document.querySelector("[data-conversation]");

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return []; // storage is blocked, or holds something else
  }
}

function keep(tabs) {
  try {
    localStorage.setItem(KEY, JSON.stringify(tabs.slice(-MOST)));
  } catch {
    // then there are none
  }
  show();
}

function show() {
  const tabs = kept();
  strip.hidden = !tabs.length;
  strip.querySelector("ul").replaceChildren(
    ...tabs.map(({ reference, title }) => {
      const item = strip.querySelector("template").content.firstElementChild.cloneNode(true);
      const link = item.querySelector("a");
      link.href = `/workspace/${reference}/`;
      link.textContent = title;
      if (reference === here?.dataset.reference) link.setAttribute("aria-current", "page");
      item.querySelector("button").dataset.close = reference;
      item.querySelector("[data-name]").textContent = title;
      return item;
    }),
  );
  for (const button of document.querySelectorAll("[data-keep-tab]")) {
    const isKept = tabs.some((tab) => tab.reference === here?.dataset.reference);
    button.setAttribute("aria-pressed", String(isKept));
  }
}

function toggle() {
  const { reference } = here.dataset;
  const others = kept().filter((tab) => tab.reference !== reference);
  const wasKept = others.length < kept().length;
  const title = here.querySelector(".pane--ticket .pane__title").textContent.trim().slice(0, 60);
  keep(wasKept ? others : [...others, { reference, title }]);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keep-tab]")) toggle();
  const close = event.target.closest("[data-close]")?.dataset.close;
  if (close) keep(kept().filter((tab) => tab.reference !== close));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=radio]), textarea, select")) return;
  if (event.key === "t" && here) toggle();
  if (event.key === "[" || event.key === "]") {
    const links = [...strip.querySelectorAll("a")];
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const step = event.key === "]" ? 1 : -1;
    const to = at < 0 ? (step > 0 ? 0 : links.length - 1) : (at + step + links.length) % links.length;
    links[to]?.click();
  }
});

addEventListener("storage", (event) => event.key === KEY && show());
show();
