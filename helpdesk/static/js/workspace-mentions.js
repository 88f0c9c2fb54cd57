// Naming a colleague in a note: after an @ the names of those are offered who may see the conversation.
// What is written is the plain name; the server knows whom it means.

const place = document.querySelector("[data-colleagues]");
const list = place.querySelector("[role=listbox]");
const said = place.querySelector("[data-offered]");
const composer = document.getElementById("composer");
const { body, kind } = composer.elements;
const PAUSE = 120; // ms without a key before the server is asked
const BEGUN = /(?:^|[^\p{L}\p{N}._-])@(\p{L}[\p{L}\p{N} .'’-]{0,40})?$/u;

let timer;
let round = 0;
let begins = -1; // where the name stands that is being typed

const options = () => [...list.children];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) body.setAttribute("aria-activedescendant", option.id);
  else body.removeAttribute("aria-activedescendant");
}

function close() {
  round += 1;
  list.hidden = true;
  list.replaceChildren();
  said.textContent = "";
  body.removeAttribute("aria-activedescendant");
}

async function offer() {
  clearTimeout(timer);
  const before = body.value.slice(0, body.selectionStart);
  const found = kind.value === "note" && body.selectionStart === body.selectionEnd && BEGUN.exec(before);
  if (!found) {
    if (!list.hidden) close();
    return;
  }
  const typed = found[1] ?? "";
  begins = body.selectionStart - typed.length;
  const mine = ++round;
  try {
    const url = `${place.dataset.colleagues}?${new URLSearchParams({ q: typed })}`;
    const response = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok || mine !== round) return;
    list.innerHTML = await response.text();
  } catch {
    return; // offline: a name can be typed all the same
  }
  const there = options();
  if (there.some((one) => one.dataset.name === typed)) list.replaceChildren(); // it is complete
  options().forEach((option, index) => (option.id = `colleague-${index}`));
  list.hidden = !options().length;
  choose(options()[0]);
  said.textContent = list.hidden ? "" : there.length === 1 ? said.dataset.one : `${there.length} ${said.dataset.many}`;
}

function take(option) {
  const name = option.dataset.name;
  close();
  body.setRangeText(`${name} `, begins, body.selectionStart, "end");
  body.focus();
  body.dispatchEvent(new Event("input", { bubbles: true }));
}

body.setAttribute("aria-controls", list.id);
body.setAttribute("aria-autocomplete", "list");
body.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(offer, PAUSE);
});
body.addEventListener("blur", () => setTimeout(close, 150));
composer.addEventListener("change", (event) => event.target.name === "kind" && close());

body.addEventListener("keydown", (event) => {
  if (list.hidden || event.ctrlKey || event.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const there = options();
    choose(there[(there.indexOf(chosen()) + step + there.length) % there.length]);
  } else if (["Enter", "Tab"].includes(event.key) && chosen()) take(chosen());
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

list.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  event.preventDefault();
  take(option);
});
