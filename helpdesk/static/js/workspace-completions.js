// What is offered while one types: colleagues after an @ in a note, emoji after a colon, articles after
// [[. The server finds them; what is taken stands in the text as if it had been typed.

import { put } from "./typed.js";

const place = document.querySelector("[data-completions]");
const list = place.querySelector("[role=listbox]");
const said = place.querySelector("[data-offered]");
const composer = document.getElementById("composer");
const { body, kind } = composer.elements;
const PAUSE = 120; // ms without a key before the server is asked
// What stands before the cursor where something is being named, and what is known of the name.
const SIGNS = [
  { sign: "@", begun: /(?:^|[^\p{L}\p{N}._-])@(\p{L}[\p{L}\p{N} .'’-]{0,40})?$/u, only: "note" },
  { sign: ":", begun: /(?:^|[\s(]):(\p{L}[\p{L}\p{N}_+-]{1,30})$/u },
  { sign: "[[", begun: /\[\[([^\[\]\n]{0,60})$/u },
];
const ASKED = { ":": /:([\p{L}\p{N}_+-]{0,30})$/u }; // by the button, before a letter is typed

let timer;
let round = 0;
let begins = -1; // where the sign of what is being named stands
let asked = ""; // the sign that the button put

const options = () => [...list.children];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) body.setAttribute("aria-activedescendant", option.id);
  else body.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function close() {
  round += 1;
  asked = "";
  list.hidden = true;
  list.replaceChildren();
  said.textContent = "";
  body.removeAttribute("aria-activedescendant");
}

function named() {
  if (body.selectionStart !== body.selectionEnd) return null;
  const before = body.value.slice(0, body.selectionStart);
  for (const { sign, begun, only } of SIGNS) {
    if (only && kind.value !== only) continue;
    const found = (asked === sign && ASKED[sign]?.exec(before)) || begun.exec(before);
    if (found) return { sign, typed: found[1] ?? "" };
  }
  return null;
}

async function offer() {
  clearTimeout(timer);
  const found = named();
  if (!found) {
    if (!list.hidden || asked) close();
    return;
  }
  const { sign, typed } = found;
  begins = body.selectionStart - typed.length - sign.length;
  const mine = ++round;
  try {
    const url = `${place.dataset.completions}?${new URLSearchParams({ after: sign, q: typed })}`;
    const response = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok || mine !== round) return;
    list.innerHTML = await response.text();
  } catch {
    return; // offline: it can be typed all the same
  }
  const there = options();
  if (there.some((one) => one.dataset.text.trim() === sign + typed)) list.replaceChildren(); // it is complete
  options().forEach((option, index) => (option.id = `completion-${index}`));
  list.hidden = !options().length;
  choose(options()[0]);
  said.textContent = list.hidden ? "" : there.length === 1 ? said.dataset.one : `${there.length} ${said.dataset.many}`;
}

function take(option) {
  const { text } = option.dataset;
  const end = body.selectionStart;
  close();
  put(body, text, begins, end);
}

// A button of the toolbar begins a name as a key would.
composer.addEventListener("complete", (event) => {
  asked = event.detail;
  const before = body.value.slice(0, body.selectionStart);
  put(body, asked === ":" && /\S$/.test(before) ? ` ${asked}` : asked);
  offer();
});

body.setAttribute("aria-controls", list.id);
body.setAttribute("aria-autocomplete", "list");
body.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(offer, PAUSE);
});
body.addEventListener("blur", () => setTimeout(() => document.activeElement !== body && close(), 150));
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
