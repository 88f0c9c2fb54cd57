// Conversations are found by words where one is to be linked: what is found stands below the field, and
// a click (or the arrow keys and Enter) puts its reference in. Without this script it is typed.

const PAUSE = 150; // ms without a key before the server is asked
let timer;
let round = 0;

const listOf = (field) => field.form.querySelector("[data-found]");
const words = (field) => field.value.split(/[\s,]+(?=[A-Z0-9]{8}\b)|(?<=\b[A-Z0-9]{8})[\s,]+/).at(-1).trim();

function show(list, options) {
  list.replaceChildren(...options);
  list.hidden = !options.length;
}

function buttonOf(option, field) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linking__option";
  button.append(...option.childNodes);
  button.addEventListener("click", () => {
    const kept = field.value.slice(0, field.value.length - words(field).length);
    field.value = `${kept}${option.dataset.reference} `;
    show(listOf(field), []);
    field.focus();
  });
  item.append(button);
  return item;
}

async function find(field) {
  const mine = ++round;
  const list = listOf(field);
  const wanted = words(field);
  if (wanted.length < 2) return show(list, []);
  try {
    const query = new URLSearchParams({ q: wanted });
    const response = await fetch(`${list.dataset.url}?${query}`, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok || mine !== round) return;
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    const found = [...template.content.querySelectorAll("[data-reference]")];
    show(list, found.map((option) => buttonOf(option, field)));
  } catch {
    // offline: a reference can be typed all the same
  }
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-finds]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => find(event.target), PAUSE);
});

document.addEventListener("keydown", (event) => {
  const here = event.target.closest(".linking");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!here || !step || !event.target.matches("[data-finds], .linking__option")) return;
  const places = [here.querySelector("[data-finds]"), ...here.querySelectorAll(".linking__option")];
  const next = places[places.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
