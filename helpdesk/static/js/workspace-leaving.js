// Replies that leave in a moment, and what was done just now: the seconds count down, and whoever went
// on to the next conversation takes the "Undo" along.

const KEPT = "leaving";

function kept() {
  const now = Date.now();
  const known = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  return known.filter((one) => one.until > now);
}

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

// On the page that comes next.
function takeAlong(html) {
  const until = Date.parse(element(html).dataset.leavesAt);
  sessionStorage.setItem(KEPT, JSON.stringify([...kept(), { html, until }]));
}

addEventListener("leaving", (event) => takeAlong(event.detail));

function forgetActs() {
  const others = kept().filter((one) => !element(one.html).hasAttribute("data-everywhere"));
  sessionStorage.setItem(KEPT, JSON.stringify(others));
}

// An act that was done: here, and on the page that comes next. Only the last one is offered.
document.addEventListener("done", (event) => {
  const html = event.detail?.answer?.undo;
  if (!html) return;
  forgetActs();
  for (const old of document.querySelectorAll("#flashes [data-everywhere]")) old.remove();
  document.getElementById("flashes").append(element(html));
  takeAlong(html);
});

// What is undone is offered no more, wherever that leads.
document.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-undo], [data-last-act]")) return;
  forgetActs();
  // It leads back to the conversation, in the list in which one works.
  const list = document.createElement("input");
  Object.assign(list, { type: "hidden", name: "list", value: location.search.slice(1) });
  event.target.append(list);
});

for (const one of kept()) {
  const toast = element(one.html);
  const here = document.querySelector("[data-conversation]")?.dataset.socket;
  const inIt = here?.includes(`/${toast.dataset.reference}/`);
  if (inIt && !toast.hasAttribute("data-everywhere")) continue; // it stands in the conversation
  document.getElementById("flashes").append(toast);
}

function countDown() {
  for (const place of document.querySelectorAll("[data-leaves-at]")) {
    const seconds = Math.ceil((Date.parse(place.dataset.leavesAt) - Date.now()) / 1000);
    const words = place.querySelector("[data-in]");
    if (words && seconds > 0) words.textContent = words.dataset.words.replace("%s", seconds);
    if (seconds <= 0 && place.matches(".toast")) place.remove();
  }
}

countDown();
setInterval(countDown, 500);
document.addEventListener("news", countDown);

document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || event.altKey || event.shiftKey) return;
  if (event.target.closest("input:not([type=radio]), textarea, select")) return;
  if (document.querySelector("dialog[open]")) return;
  const offered = [...document.querySelectorAll("[data-undo]")].at(-1);
  const undo = offered ?? document.querySelector("[data-last-act]");
  if (!undo) return;
  event.preventDefault();
  undo.click();
});
