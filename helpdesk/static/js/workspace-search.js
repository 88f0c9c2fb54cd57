// The search box completes operators and their values, as a combobox with a list; and in a conversation
// that was opened from a search, the words that were found are marked in their message.

const box = document.querySelector("[data-search-box]");
const input = box?.querySelector("input");
const list = box?.querySelector("[role=listbox]");
const status = box?.querySelector("[data-completed]");
const MOST = 8;

let operators;
let asked; // for the operators, when the box is used for the first time
let active = -1;

function load() {
  asked ??= fetch(box.dataset.words, { headers: { "X-Requested-With": "fetch" } })
    .then((response) => (response.ok ? response.json() : Promise.reject(response)))
    .then((said) => (operators = said.operators))
    .catch(() => (asked = undefined)); // offline: with the next use
  return asked;
}

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f"]/g, "").toLowerCase();

// The word before the caret, where it begins, and how it may go on.
function completions() {
  const before = input.value.slice(0, input.selectionStart);
  const part = /(?:^|\s)-?((?:[^\s:"]+:(?:"[^"]*|[^\s"]*))|[^\s:"]*)$/u.exec(before);
  if (!part || !operators) return { start: 0, found: [] };
  const typed = part[1];
  const start = before.length - typed.length;
  const [name, value] = typed.includes(":") ? typed.split(/:(.*)/su) : [typed];
  if (value === undefined) {
    if (!name && !before.endsWith("-") && input.value.trim()) return { start, found: [] };
    const found = operators
      .filter((one) => one.name.startsWith(plain(name)))
      .map((one) => ({ text: `${one.name}:`, label: one.help }));
    return { start, found: name ? found.slice(0, MOST) : found };
  }
  const values = operators.find((one) => one.name === name.toLowerCase())?.values ?? [];
  const wanted = plain(value);
  const found = values
    .filter((one) => plain(one.value).includes(wanted) || plain(one.label).includes(wanted))
    .filter((one) => one.value !== value)
    .map((one) => ({ text: `${name}:${one.value} `, shown: one.value, label: one.label }));
  return { start, found: found.slice(0, MOST) };
}

function close() {
  list.hidden = true;
  active = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  status.textContent = "";
}

function open() {
  const { start, found } = completions();
  if (!found.length) {
    close();
    return;
  }
  list.replaceChildren(
    ...found.map((one, number) => {
      const option = document.createElement("li");
      option.id = `completion-${number}`;
      option.role = "option";
      option.ariaSelected = "false";
      option.dataset.text = one.text;
      option.dataset.start = start;
      const text = document.createElement("span");
      text.className = "completions__text";
      text.textContent = one.shown ?? one.text;
      const label = document.createElement("span");
      label.className = "completions__label";
      label.textContent = one.label;
      option.append(text, label);
      return option;
    }),
  );
  active = -1;
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
  status.textContent = found.length === 1 ? status.dataset.one : `${found.length} ${status.dataset.many}`;
}

function choose(number) {
  const options = [...list.children];
  active = (number + options.length) % options.length;
  options.forEach((option, place) => (option.ariaSelected = String(place === active)));
  input.setAttribute("aria-activedescendant", options[active].id);
  options[active].scrollIntoView({ block: "nearest" });
}

function take(option) {
  const rest = input.value.slice(input.selectionStart);
  const start = Number(option.dataset.start);
  input.value = input.value.slice(0, start) + option.dataset.text + rest.trimStart();
  const caret = start + option.dataset.text.length;
  input.setSelectionRange(caret, caret);
  input.focus();
  open(); // after an operator its values
}

function keyPressed(event) {
  if (list.hidden) {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      open();
      if (!list.hidden) choose(0);
    }
    return;
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
  } else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
    event.preventDefault();
    take(list.children[active]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation(); // the first press closes the list, the next one leaves the field
    close();
  }
}

if (input) {
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.addEventListener("focus", load);
  input.addEventListener("input", async () => {
    await load();
    open();
  });
  input.addEventListener("keydown", keyPressed);
  input.addEventListener("blur", close);
  box.addEventListener("submit", close);
  // Pressed, not clicked: a click would come after the field lost the focus and the list closed.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

// --- the words in the message ----------------------------------------------------------------------

function markWords() {
  const message = /^#m\d+$/.test(location.hash) && document.querySelector(location.hash);
  const marks = document.querySelectorAll(".inbox-row[data-current] mark");
  const words = [...new Set([...marks].map((mark) => mark.textContent.toLowerCase()))];
  if (!message || !words.length || !CSS.highlights) return;
  const ranges = [];
  const body = message.querySelector(".message__body, .message__main");
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, Math.min(node.length, at + word.length));
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("found-words", new Highlight(...ranges));
}

markWords();
addEventListener("hashchange", markWords);
