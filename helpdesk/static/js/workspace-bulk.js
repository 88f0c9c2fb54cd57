// Selecting rows of the list: by key, by range, kept when the list is new. Without it the checkboxes
// and the buttons of the bar do the same, row by row.

const form = document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll(".inbox-row__select > input")];
const chosen = new Set(); // references, so that they outlive the rows
let last; // the reference whose row was switched last: where a range begins
let pointer; // the press that switches a checkbox; none where that is done by a key

function show() {
  const count = form.querySelector("[data-selected-count]");
  if (chosen.size) count.textContent = count.dataset.words.replace("%s", chosen.size);
}

function set(box, on) {
  box.checked = on;
  if (on) chosen.add(box.value);
  else chosen.delete(box.value);
}

function choose(box, on, { range = false } = {}) {
  const all = boxes();
  const from = all.findIndex((one) => one.value === last);
  const to = all.indexOf(box);
  if (range && from >= 0) {
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) set(one, on);
  }
  set(box, on);
  last = box.value;
  show();
}

function clear() {
  for (const box of boxes()) set(box, false);
  chosen.clear();
  last = undefined;
}

// What is not in the list any more is not selected any more.
function restore() {
  const all = boxes();
  const there = new Set(all.map((box) => box.value));
  for (const reference of [...chosen]) if (!there.has(reference)) chosen.delete(reference);
  for (const box of all) box.checked = chosen.has(box.value);
  show();
}

function toggleSelected() {
  const row = document.querySelector(".inbox-row[data-selected]") ?? document.querySelector(".inbox-row[data-current]");
  const box = row?.querySelector(".inbox-row__select > input");
  if (box) choose(box, !box.checked);
}

document.addEventListener("pointerdown", (event) => {
  pointer = event;
});

document.addEventListener("change", (event) => {
  const box = event.target.closest(".inbox-row__select > input");
  if (!box) return;
  choose(box, box.checked, { range: pointer?.shiftKey });
  // The keys of the list go on from here.
  if (pointer) box.closest(".inbox-row").querySelector("a").focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  pointer = undefined;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  if (event.key === "Escape") clear();
  if (event.key !== "x") return;
  event.preventDefault();
  toggleSelected();
});

form.addEventListener("reset", clear);
addEventListener("list", restore);
// The page as it was left may have rows that the browser ticked again.
addEventListener("pageshow", () => {
  for (const box of boxes()) set(box, box.checked);
  show();
});
