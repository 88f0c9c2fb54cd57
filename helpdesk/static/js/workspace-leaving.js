// Replies that leave in a moment: the seconds count down, and whoever went on to the next conversation
// takes the "Undo" along.

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
addEventListener("leaving", (event) => {
  const until = Date.parse(element(event.detail).dataset.leavesAt);
  sessionStorage.setItem(KEPT, JSON.stringify([...kept(), { html: event.detail, until }]));
});

for (const one of kept()) {
  const toast = element(one.html);
  const here = document.querySelector("[data-conversation]")?.dataset.socket;
  if (here?.includes(`/${toast.dataset.reference}/`)) continue; // it stands in the conversation
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
  if (event.key !== "z" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=radio]), textarea, select")) return;
  if (document.querySelector("dialog[open]")) return;
  [...document.querySelectorAll("[data-undo]")].at(-1)?.click();
});
