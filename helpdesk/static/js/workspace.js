// The workspace: the list and its counts stay live, a hand-over is seen and heard, and the keyboard
// is enough. The socket only says that something happened; the list comes over HTTP, as the page.

import { untilAskingAgain, untilReconnecting } from "./reconnecting.js";
import { beep, soundIsOn, switchSound } from "./workspace-sound.js";

const REFRESH_EVERY = 60_000; // so that "4 min" grows older by itself
const POLL_EVERY = 15_000; // while there is no socket
const HEARTBEAT_LIMIT = 45_000;
const TOASTS = 2; // more are gathered into one
const TOAST_FOR = 20_000;

const scroller = () => document.querySelector("[data-list-scroll]");
const rows = () => [...document.querySelectorAll(".inbox-row")];
const plainTitle = document.title.replace(/^\(\d+\) /, "");

// --- the list --------------------------------------------------------------------------------------

function selected() {
  return document.querySelector(".inbox-row[data-selected]")?.dataset.reference;
}

function select(reference, { focus = false } = {}) {
  for (const row of rows()) {
    const chosen = row.dataset.reference === reference;
    row.toggleAttribute("data-selected", chosen);
    if (chosen && focus) {
      row.querySelector("a").focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  }
}

function showCount() {
  const waiting = Number(document.getElementById("inbox-views").dataset.waiting);
  document.title = waiting ? `(${waiting}) ${plainTitle}` : plainTitle;
}

let refreshing;

async function refresh() {
  if (refreshing) return;
  refreshing = true;
  try {
    const response = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (response.status === 401) location.reload();
    if (!response.ok) return;
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    const chosen = selected();
    const focused = document.activeElement?.closest(".inbox-row")?.dataset.reference;
    const live = document.activeElement?.closest("[data-live]")?.id;
    const link = live && document.activeElement.getAttribute("href");
    const top = scroller()?.scrollTop;
    for (const fresh of template.content.querySelectorAll("[data-live]")) {
      document.getElementById(fresh.id)?.replaceWith(fresh);
    }
    if (link && !focused) {
      const same = [...document.querySelectorAll(`#${live} a`)];
      same.find((one) => one.getAttribute("href") === link)?.focus({ preventScroll: true });
    }
    if (scroller()) scroller().scrollTop = top;
    if (chosen) select(chosen);
    if (focused) {
      const row = rows().find((one) => one.dataset.reference === focused);
      row?.querySelector("a").focus({ preventScroll: true });
    }
    showCount();
    dispatchEvent(new Event("list"));
  } catch {
    // offline: the next round tries again
  } finally {
    refreshing = false;
  }
}

let soon;

// A page that shows more than a list waits longer, and is not put off by what happens meanwhile.
function refreshSoon() {
  const wait = Number(document.getElementById("main").dataset.refreshWait);
  if (wait && soon) return;
  clearTimeout(soon);
  soon = setTimeout(() => {
    soon = undefined;
    refresh();
  }, wait || 150);
}

// --- toasts ----------------------------------------------------------------------------------------

function toast(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const fresh = template.content.firstElementChild;
  const place = document.getElementById("flashes");
  place.querySelector(`[data-reference="${fresh.dataset.reference}"]`)?.remove();
  place.append(fresh);
  gather(place);
  setTimeout(() => fresh.remove(), TOAST_FOR);
}

// Twelve at once are one notice that says twelve, and leads to the list.
function gather(place) {
  const single = [...place.querySelectorAll(".toast[data-reference]:not(.toast--leaving)")];
  const gathered = place.querySelector(".toast--gathered");
  if (single.length + Number(gathered?.dataset.count ?? 0) <= TOASTS) return;
  const count = single.length + Number(gathered?.dataset.count ?? 0);
  const template = document.getElementById("gathered-toast").content.firstElementChild.cloneNode(true);
  template.dataset.count = count;
  template.querySelector("[data-words]").textContent = template.dataset.words.replace("%s", count);
  gathered?.remove();
  for (const old of single) old.remove();
  place.append(template);
  clearTimeout(ungather);
  ungather = setTimeout(() => template.remove(), TOAST_FOR);
}

let ungather;

// --- the socket ------------------------------------------------------------------------------------

let socket;
let attempt = 0;
let lastHeard = 0;

// The conversation that is before the agent's eyes, if one is.
function lookedAt() {
  const open = document.querySelector("[data-conversation]")?.dataset.reference;
  return document.visibilityState === "visible" ? open : undefined;
}

// What is new in it is read: it is neither pushed nor mailed, and the bell does not count it.
function saySeen() {
  const reference = lookedAt();
  if (!reference || socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ type: "seen", reference }));
}

document.addEventListener("visibilitychange", saySeen);

let unreadSoon;

function hearUnread(count) {
  if (count) saySeen();
  clearTimeout(unreadSoon); // what is read at once does not make the bell blink
  const wait = count && lookedAt() ? 600 : 0;
  unreadSoon = setTimeout(() => dispatchEvent(new CustomEvent("unread", { detail: count })), wait);
}

function hear(frame) {
  if (frame.type === "unread") hearUnread(frame.count);
  if (frame.type === "notified" && frame.reference !== lookedAt()) {
    toast(frame.toast);
    if (frame.sound) beep();
  }
  if (frame.type === "lookers") dispatchEvent(new CustomEvent("lookers", { detail: frame }));
  if (frame.type !== "inbox") return;
  refreshSoon();
  if (!frame.toast) return;
  if (frame.reference === lookedAt()) return;
  toast(frame.toast);
  if (frame.sound) beep();
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws/workspace/`);
  socket.addEventListener("open", () => {
    if (attempt) refreshSoon(); // whatever was missed meanwhile
    else sayActive(); // to open a page is to do something; to be connected again is not
    attempt = 0;
    lastHeard = Date.now();
    hearUnread(""); // how many there are is said at once, if there are any
    saySeen();
  });
  socket.addEventListener("message", (event) => {
    lastHeard = Date.now();
    hear(JSON.parse(event.data));
  });
  socket.addEventListener("close", (event) => {
    if ([4401, 4403].includes(event.code)) {
      location.reload(); // logged out, or no longer working here: the page says so
      return;
    }
    if (event.code === 4429) {
      setTimeout(connect, 60_000); // too many are open
      return;
    }
    setTimeout(connect, untilReconnecting(attempt, event.code));
    attempt += 1;
  });
}

// --- at work ---------------------------------------------------------------------------------------

// Only a screen that is used is an open desk, so it says so: after a key, a click or a movement, at
// most once a minute, and once when it was opened.
const SAID_EVERY = 60_000;
let lastSaid = 0;

function sayActive() {
  const known = Date.now() - lastSaid < SAID_EVERY;
  if (known || document.visibilityState !== "visible" || socket?.readyState !== WebSocket.OPEN) return;
  lastSaid = Date.now();
  socket.send(JSON.stringify({ type: "active" }));
}

for (const kind of ["pointermove", "pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, sayActive, { passive: true });
}

// --- the keyboard ----------------------------------------------------------------------------------

function step(by) {
  const all = rows();
  if (!all.length) return;
  const from = all.findIndex((row) => row.hasAttribute("data-selected"));
  const current = all.findIndex((row) => row.hasAttribute("data-current"));
  const start = from >= 0 ? from : current >= 0 ? current : by > 0 ? -1 : all.length;
  const to = Math.max(0, Math.min(all.length - 1, start + by));
  select(all[to].dataset.reference, { focus: true });
}

const help = document.getElementById("keys");
const search = () =>
  [...document.querySelectorAll("[data-hotkey='/']")].find((input) => input.offsetParent);

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  Enter: () => document.querySelector(".inbox-row[data-selected] > a")?.click(),
  "/": () => search()?.select(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field) field.blur();
  if (field && !(field.type === "radio" && event.key !== "Enter")) return;
  // A key on a link or a button is the link's or the button's.
  if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest(".inbox-row");
  if (row) select(row.dataset.reference);
});

// --- the menu --------------------------------------------------------------------------------------

function showSound() {
  for (const button of document.querySelectorAll("[data-sound]")) {
    button.setAttribute("aria-pressed", String(soundIsOn()));
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-help]")) help.showModal();
  if (event.target.closest("[data-sound]")) {
    switchSound();
    showSound();
    beep();
  }
});

addEventListener("storage", showSound); // switched in another tab

// A page that was fetched ahead may show a list of some seconds ago.
if (performance.getEntriesByType("navigation")[0]?.deliveryType === "navigational-prefetch") refreshSoon();

// On a phone the views are a strip: the one that is open is in sight.
document.querySelector(".work-nav__views [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

showSound();
connect();
setInterval(refresh, REFRESH_EVERY);

async function keepAsking() {
  const begun = Date.now();
  if (socket.readyState !== WebSocket.OPEN) await refresh();
  else if (Date.now() - lastHeard > HEARTBEAT_LIMIT) socket.close();
  setTimeout(keepAsking, untilAskingAgain(POLL_EVERY, Date.now() - begun));
}

setTimeout(keepAsking, POLL_EVERY);
