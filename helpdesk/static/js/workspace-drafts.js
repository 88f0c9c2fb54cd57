// What an agent writes is kept on the server as they type, replies and notes apart; after sending, the
// next conversation of the list opens where that was asked for. Nothing here sends by itself.

const root = document.querySelector("[data-conversation]");
const composer = document.getElementById("composer");
const { body, kind, client_id: clientId, seen } = composer.elements;
const saved = composer.querySelector("[data-saved]");
const texts = { reply: "", note: "", ...JSON.parse(document.getElementById("drafts").textContent) };
const PAUSE = 700; // ms without a key before it is kept
const READ_AFTER = 1500; // ms that words are on the screen before they count as read

// --- one text for replies, one for notes ----------------------------------------------------------

let mode = kind.value;
const begun = body.value;
body.defaultValue = ""; // an emptied form is empty, and not the draft that the page began with
body.value = begun;

composer.addEventListener("change", (event) => {
  if (event.target.name !== "kind" || kind.value === mode) return;
  save();
  texts[mode] = body.value;
  mode = kind.value;
  body.value = texts[mode];
});

// --- kept as one types ----------------------------------------------------------------------------

let timer;
let dirty = false;

function draft() {
  const sent = new FormData();
  sent.set("kind", mode);
  sent.set("body", body.value);
  sent.set("client_id", clientId.value);
  sent.set("csrfmiddlewaretoken", composer.elements.csrfmiddlewaretoken.value);
  return sent;
}

async function save() {
  clearTimeout(timer);
  if (!dirty) return;
  dirty = false;
  try {
    const response = await fetch(composer.dataset.draft, {
      method: "POST",
      body: draft(),
      headers: { "X-Requested-With": "fetch" },
      keepalive: true, // also when the page is left in this moment
    });
    if (!response.ok) throw new Error(response.statusText);
    saved.textContent = body.value.trim() ? saved.dataset.words : "";
  } catch {
    dirty = true; // offline: with the next key, or when the page is left
  }
}

body.addEventListener("input", () => {
  dirty = true;
  saved.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
});
addEventListener("pagehide", save);
document.addEventListener("visibilitychange", save);

composer.addEventListener("done", () => {
  clearTimeout(timer);
  dirty = false;
  texts[mode] = "";
  saved.textContent = "";
  composer.querySelector(".composer__held")?.remove();
  composer.querySelector(".composer__kept")?.remove();
  composer.querySelector("[name=keeps_files]")?.remove();
  if (body.value) body.dispatchEvent(new Event("input", { bubbles: true })); // typed meanwhile
});

// --- how far one has read -------------------------------------------------------------------------

root.addEventListener("news", (event) => {
  const { position } = event.detail;
  setTimeout(() => {
    if (document.visibilityState === "visible" && position > Number(seen.value)) seen.value = position;
  }, READ_AFTER);
});

// --- the next one ---------------------------------------------------------------------------------

function next() {
  const links = [...document.querySelectorAll(".inbox-row > a")];
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  return links[here + 1]?.href ?? links.find((link, index) => index !== here)?.href ?? "/workspace/";
}

// It is fetched before it is asked for, where the browser can: then it is there at once.
function fetchAhead() {
  if (!HTMLScriptElement.supports?.("speculationrules")) return;
  document.getElementById("ahead")?.remove();
  const rules = document.createElement("script");
  rules.id = "ahead";
  rules.type = "speculationrules";
  rules.textContent = JSON.stringify({ prefetch: [{ source: "list", urls: [next()], eagerness: "immediate" }] });
  document.head.append(rules);
}

fetchAhead();

// What is leaving stands below the conversation: it is seen, and "Undo" with it. The socket may bring
// it before or after the answer to the sending.
let leaves = false;

function showLeaving() {
  if (!leaves || !root.querySelector(".leaving__reply")) return;
  leaves = false;
  const scroller = root.querySelector("[data-scroll]") ?? document.scrollingElement;
  scroller.scrollTo({ top: scroller.scrollHeight });
}

root.addEventListener("done", (event) => {
  leaves = event.detail?.answer.type === "leaving";
  showLeaving();
});
root.addEventListener("news", showLeaving);

root.addEventListener("done", (event) => {
  const { answer, submitter } = event.detail ?? {};
  if (!submitter?.hasAttribute("data-then-next")) return;
  if (answer.type === "leaving") dispatchEvent(new CustomEvent("leaving", { detail: answer.html }));
  location.assign(next());
});

root.addEventListener("keydown", (event) => {
  if (!event.target.closest("#composer") || event.key !== "Enter") return;
  if (!event.ctrlKey && !event.metaKey) return;
  const way = event.shiftKey ? "[data-send-next]" : event.altKey ? "[data-send-resolve]" : "";
  if (!way) return;
  event.preventDefault();
  const note = mode === "note";
  composer.requestSubmit(composer.querySelector(note ? "[data-send]" : way));
});
