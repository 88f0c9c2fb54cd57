// The command palette (Ctrl K): what can be done on this page and in the menus is read from the page
// itself, so that nothing is listed which is not there; conversations and articles come by name.

const palette = document.getElementById("palette");
const input = palette.querySelector("input");
const list = palette.querySelector("[role=listbox]");
const none = palette.querySelector(".palette__none");
const PAUSE = 150; // ms without a key before the server is asked
const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

// --- what is on the page --------------------------------------------------------------------------

const PLACES = [
  [".ticket__actions button, .ticket__actions a:not(.side-panel-open)", palette.dataset.act],
  ["[data-command]", palette.dataset.act],
  [".work-nav__views a", palette.dataset.view],
  [".work-nav .menu__list > :is(a, button), .work-nav .menu__list form > button", palette.dataset.menu],
];

function nameOf(element) {
  const copy = element.cloneNode(true);
  for (const left of copy.querySelectorAll("kbd, svg, .count, .push-end")) left.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function commands() {
  const known = new Set();
  return PLACES.flatMap(([selector, kind]) =>
    [...document.querySelectorAll(selector)].map((element) => ({ element, kind, name: nameOf(element) })),
  ).filter(({ name, element }) => {
    if (!name || element.disabled || known.has(name)) return false;
    known.add(name);
    return true;
  });
}

function optionOf({ element, kind, name }) {
  const option = document.createElement("li");
  option.className = "palette__option";
  option.role = "option";
  option.ariaSelected = "false";
  const icon = element.querySelector("svg")?.cloneNode(true) ?? document.createElement("span");
  const label = document.createElement("span");
  label.className = "palette__name";
  label.textContent = name;
  const what = document.createElement("span");
  what.className = "palette__kind";
  what.textContent = kind;
  option.append(icon, label, what);
  option.command = element;
  return option;
}

// --- the list -------------------------------------------------------------------------------------

let all = [];
let round = 0;
let timer;
const options = () => [...list.children];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function number() {
  options().forEach((option, index) => (option.id = `palette-${index}`));
  if (!chosen()) choose(options()[0]);
  none.hidden = !!options().length || !input.value.trim();
}

function show() {
  const words = plain(input.value.trim()).split(/\s+/);
  const found = all.filter(({ name }) => words.every((word) => plain(name).includes(word)));
  list.replaceChildren(...found.slice(0, 12).map(optionOf));
  number();
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

async function ask() {
  const mine = ++round;
  const words = input.value.trim();
  if (!words) return;
  try {
    const query = new URLSearchParams({ q: words });
    if (document.getElementById("composer")) query.set("conversation", "yes"); // where macros are applied
    const response = await fetch(`${palette.dataset.url}?${query}`, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok || mine !== round || !palette.open) return;
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    list.append(...template.content.children);
    number();
  } catch {
    // offline: what is on the page is found all the same
  }
}

function run(option) {
  palette.close();
  if (!option) {
    const query = new URLSearchParams({ q: input.value.trim() });
    if (input.value.trim()) location.assign(`/workspace/?${query}`);
  } else if (option.dataset.macro) {
    dispatchEvent(new CustomEvent("macro", { detail: option.dataset.macro }));
  } else if (option.dataset.href) {
    if ("newTab" in option.dataset) window.open(option.dataset.href, "_blank", "noopener");
    else location.assign(option.dataset.href);
  } else {
    option.command.click();
  }
}

export function open() {
  all = commands();
  input.value = "";
  palette.showModal();
  show();
}

input.addEventListener("input", show);
input.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const there = options();
    const at = there.indexOf(chosen());
    choose(there[(at + step + there.length) % there.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    run(chosen());
  }
});
list.addEventListener("click", (event) => run(event.target.closest("[role=option]")));
palette.addEventListener("click", (event) => event.target === palette && palette.close());

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  if (palette.open) palette.close();
  else if (!document.querySelector("dialog[open]")) open();
});
document.addEventListener("click", (event) => event.target.closest("[data-palette]") && open());
