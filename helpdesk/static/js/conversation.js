// A live conversation: applies news in order, keeps the socket, sends forms without leaving the page.
// Writes go over HTTP; the socket only brings news and carries "is typing". Without this script
// every form works as a plain one.

import { beginAfresh, goToTheEnd, liesBefore, reachesTheEnd } from "./conversation-pages.js";
import { untilAskingAgain, untilReconnecting } from "./reconnecting.js";

const root = document.querySelector("[data-conversation]");
const list = root.querySelector("[data-items]");
const typing = root.querySelector("[data-typing]");
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const HEARTBEAT_LIMIT = 45_000; // the server's heart beats every 20 s; two missed ones are a dead line
const POLL_EVERY = 5000; // while there is no socket
let position = Number(root.dataset.position);
let toldAt = Date.now(); // when the page last heard how long it takes
let following = false; // whoever has just written looks at the end

function nearTheEnd() {
  const scroller = root.querySelector("[data-scroll]") ?? document.scrollingElement;
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 240;
}

function toTheEnd() {
  const scroller = root.querySelector("[data-scroll]") ?? document.scrollingElement;
  scroller.scrollTo({ top: scroller.scrollHeight });
}

// What another person or the assistant said is read from its top, however long it is. A short one
// at the end is shown with everything that stands below it.
function toTheTopOf(item) {
  item.scrollIntoView({ block: "start" });
}

const ownKinds = list.dataset.viewer === "customer" ? ["customer"] : ["agent", "note"];

function isToRead(item) {
  return !ownKinds.includes(item.dataset.author);
}

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

function place(item) {
  const existing = list.querySelector(`:scope > [data-position="${item.position}"]`);
  const fresh = element(item.html);
  if (existing) {
    if (existing.outerHTML !== fresh.outerHTML) {
      const focused = existing.contains(document.activeElement);
      existing.replaceWith(fresh);
      if (focused) (fresh.querySelector("a, button, [tabindex]") ?? fresh).focus({ preventScroll: true });
    }
    return null;
  }
  if (!reachesTheEnd() || liesBefore(item.position)) return null; // what lies between is not here
  const next = [...list.children].find((child) => Number(child.dataset.position) > item.position);
  list.insertBefore(fresh, next ?? null);
  return fresh;
}

function holdsFocus(panel) {
  return panel.contains(document.activeElement) && document.activeElement.matches("input, textarea");
}

export function apply(news) {
  const follow = following || nearTheEnd();
  if (news.afresh && reachesTheEnd()) beginAfresh(news);
  const added = news.items.map(place).filter(Boolean);
  for (const [name, html] of Object.entries(news.panels ?? {})) {
    const panel = root.querySelector(`[data-panel="${name}"]`);
    // What somebody is typing in is left alone; it comes with the next news.
    if (!panel || holdsFocus(panel)) continue;
    if (panel.dataset.html !== html) {
      panel.innerHTML = html;
      panel.dataset.html = html;
    }
    if (name === "status") {
      toldAt = Date.now();
      lookAtTheWait();
    }
  }
  position = Math.max(position, news.position);
  if (added.length) {
    typing.hidden = true;
    const toRead = added.find(isToRead);
    if (follow && toRead) toTheTopOf(toRead);
    else if (follow) toTheEnd();
    following = false;
  }
  root.dispatchEvent(new CustomEvent("news", { detail: news, bubbles: true }));
}

// --- forms ---------------------------------------------------------------------------------------

function showError(form, message) {
  const place = form.querySelector("[data-error]") ?? root.querySelector("[data-composer] [data-error]");
  if (!place) return;
  place.textContent = message;
  place.hidden = !message;
}

// Whoever writes sees their words at once, and may go on writing. The server's own rendering
// takes their place; if sending fails, the words are back in the form.
function showUnsent(form, body) {
  const template = form.querySelector("[data-unsent]");
  const text = body.get("body")?.trim();
  if (!template || !text || !live() || !reachesTheEnd()) return null;
  const item = template.content.firstElementChild.cloneNode(true);
  item.querySelector(".message__body").textContent = text;
  list.append(item);
  form.elements.body.value = "";
  toTheEnd();
  return {
    storedAt(place) {
      const known = place && place > position && !list.querySelector(`:scope > [data-position="${place}"]`);
      if (known) item.dataset.position = place;
      else item.remove();
    },
    takeBack() {
      item.remove();
      const field = form.elements.body;
      field.value = field.value ? `${text}\n${field.value}` : text;
    },
  };
}

async function send(form, submitter) {
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  showError(form, "");
  const body = new FormData(form, submitter);
  const before = position;
  const own = form.hasAttribute("data-composer");
  if (own) following = true;
  const unsent = own ? showUnsent(form, body) : null;
  try {
    const ownAddress = submitter?.hasAttribute("formaction");
    const response = await fetch(ownAddress ? submitter.formAction : form.action, {
      method: "POST",
      body,
      headers: {
        Accept: "application/json",
        "X-Requested-With": "fetch",
        "X-CSRFToken": csrf,
        "X-After": String(position),
        "X-Live": live() ? "yes" : "no",
      },
    });
    const json = response.headers.get("content-type")?.includes("json");
    const answer = json ? await response.json() : null;
    if (response.ok && ["news", "stored", "leaving", "composed"].includes(answer?.type)) {
      if (own) {
        const next = unsent ? form.elements.body.value : "";
        form.reset();
        form.elements.body.value = next; // what was typed while it was on its way
        form.querySelector("[name=client_id]").value = crypto.randomUUID?.() ?? uuid();
      }
      form.dispatchEvent(new CustomEvent("done", { bubbles: true, detail: { answer, submitter } }));
      document.activeElement?.closest("[data-panel]") && document.activeElement.blur();
      if (own && !reachesTheEnd()) goToTheEnd(); // where it is seen
      unsent?.storedAt(answer.type === "stored" ? answer.position : null);
      if (answer.type === "news") apply(answer);
      else if (form.closest("[data-panel]")) catchUp(); // a panel with the focus was left as it was
      else setTimeout(() => position === before && catchUp(), 600); // the socket should have told us
    } else if (response.ok) {
      location.assign(response.redirected ? response.url : location.href);
    } else {
      unsent?.takeBack();
      form.dispatchEvent(new CustomEvent("refused", { detail: answer }));
      showError(form, answer?.error?.message ?? root.dataset.failed ?? "This was not sent. Please try again.");
    }
  } catch {
    unsent?.takeBack();
    showError(form, root.dataset.offline ?? "You seem to be offline. Your message is still here; send it again.");
  } finally {
    delete form.dataset.sending;
  }
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

root.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-composer], [data-act]")) return;
  event.preventDefault();
  send(form, event.submitter);
});

// On a phone the composer becomes smaller when it loses the focus, and the button would move away from
// under the finger that presses it.
root.addEventListener("mousedown", (event) => {
  const pressed = event.target.closest("[data-act] button");
  if (pressed && document.activeElement?.closest("[data-composer]")) event.preventDefault();
});

root.addEventListener("keydown", (event) => {
  const form = event.target.closest("[data-composer]");
  const plain = !event.shiftKey && !event.altKey;
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey) && plain) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-send]"));
  }
});

// --- the socket ----------------------------------------------------------------------------------

let socket;
let attempt = 0;
let lastHeard = 0;
let lastTyped = 0;
let typingTimer;

function showTyping(frame) {
  typing.querySelector("[data-typing-name]").textContent = frame.text;
  typing.hidden = false;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => (typing.hidden = true), 6000);
}

function hear(frame) {
  if (frame.type === "news") apply(frame);
  else if (frame.type === "typing") showTyping(frame);
  else if (frame.type === "beat" && frame.position > position) hello();
  else if (frame.type === "lookers") dispatchEvent(new CustomEvent("lookers", { detail: frame }));
}

function live() {
  return root.dataset.live === "yes" && socket.readyState === WebSocket.OPEN;
}

function catchUp() {
  if (live()) hello();
  else poll();
}

root.addEventListener("reached", (event) => {
  position = Math.min(position, event.detail);
  catchUp();
});

function hello() {
  socket.send(JSON.stringify({ type: "hello", after: position }));
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}${root.dataset.socket}`);
  socket.addEventListener("open", () => {
    attempt = 0;
    lastHeard = Date.now();
    root.dataset.live = "yes";
    hello();
  });
  socket.addEventListener("message", (event) => {
    lastHeard = Date.now();
    hear(JSON.parse(event.data));
  });
  socket.addEventListener("close", (event) => {
    root.dataset.live = "no";
    if ([4401, 4403, 4404].includes(event.code)) {
      location.reload(); // no longer ours to see: the page says so in words
      return;
    }
    if (event.code === 4429) {
      setTimeout(connect, 60_000); // too many are open: news comes over HTTP meanwhile
      return;
    }
    setTimeout(connect, untilReconnecting(attempt, event.code));
    attempt += 1;
  });
}

// While there is no socket, the same news comes over HTTP.
async function poll() {
  if (root.dataset.live === "yes") {
    if (Date.now() - lastHeard > HEARTBEAT_LIMIT) socket.close();
    return;
  }
  try {
    const response = await fetch(`${root.dataset.news}?after=${position}`, { headers: { "X-Requested-With": "fetch" } });
    if (response.ok) apply(await response.json());
  } catch {
    // offline: the next round tries again
  }
}

root.addEventListener("input", (event) => {
  if (!event.target.matches("[data-composer] textarea[name=body]")) return;
  const note = new FormData(event.target.form).get("kind") === "note";
  if (Date.now() - lastTyped < 3000 || socket?.readyState !== WebSocket.OPEN) return;
  lastTyped = Date.now();
  socket.send(JSON.stringify({ type: note ? "noting" : "typing" })); // customers hear nothing of notes
});

async function keepAsking() {
  const begun = Date.now();
  await poll();
  setTimeout(keepAsking, untilAskingAgain(POLL_EVERY, Date.now() - begun));
}

// --- waiting -------------------------------------------------------------------------------------

// The place and the wait change while nothing happens here. So a page that waits and is looked at asks
// again, each page at its own moment; and what could not be asked again is not left standing as true.
const LOOK_EVERY = 60_000 * (0.9 + Math.random() / 5);

function lookAtTheWait() {
  const words = root.querySelector('[data-panel="status"] [data-holds]');
  if (!words) return;
  const age = Date.now() - toldAt;
  const holds = Number(words.dataset.holds) * 1000;
  words.hidden = words.hasAttribute("data-wait") && age > 3 * holds;
  if (age > 0.9 * holds && document.visibilityState === "visible") catchUp();
}

setInterval(lookAtTheWait, LOOK_EVERY);
document.addEventListener("visibilitychange", lookAtTheWait);

connect();
setTimeout(keepAsking, POLL_EVERY);
addEventListener("online", poll);
if (!location.hash && reachesTheEnd()) {
  const newest = [...list.children].findLast((item) => item.dataset.author !== "system");
  if (newest && isToRead(newest)) toTheTopOf(newest);
  else toTheEnd();
}
