// One conversation in the workspace, beside what conversation.js does for both sides: replies and
// notes are kept apart, the brief leads to its messages, the transfer opens in a dialog, keys r, n and a.

import { reachesTheEnd } from "./conversation-pages.js";

const root = document.querySelector("[data-conversation]");
const pane = root.querySelector("[data-ticket-pane]");
const composer = document.getElementById("composer");
const body = composer.elements.body;
const scroller = () => root.querySelector("[data-scroll]") ?? document.scrollingElement;

// --- where it scrolls: the pane, or on a small screen the page ------------------------------------

const panesScroll = matchMedia("(min-width: 56em) and (min-height: 30em)");

function nameScroller() {
  pane.toggleAttribute("data-scroll", panesScroll.matches);
}

panesScroll.addEventListener("change", nameScroller);
nameScroller();
// One begins at the end; where nobody has the conversation yet, with the brief and the first words.
const unread = !!root.querySelector("[data-key='a']") && !location.hash; // a hash leads to a message
if (unread) scroller().scrollTo({ top: 0 });
else if (!location.hash && reachesTheEnd()) {
  scroller().scrollTo({ top: scroller().scrollHeight });
}

// --- reply or note --------------------------------------------------------------------------------

function modeChanged() {
  const note = composer.elements.kind.value === "note";
  // conversation.js tells nobody that a note is being typed.
  if (note) composer.dataset.private = "yes";
  else delete composer.dataset.private;
  // Sending resets the form: whoever wrote a note stays with notes, so that the next one is not
  // sent to the customer by mistake.
  for (const radio of composer.elements.kind) radio.defaultChecked = radio.checked;
  if (note) composer.elements.files.value = "";
}

composer.addEventListener("change", (event) => {
  if (event.target.name === "kind") {
    modeChanged();
    body.focus();
  }
});
modeChanged();

function write(kind) {
  const radio = [...composer.elements.kind].find((one) => one.value === kind);
  if (radio.disabled) return;
  if (radio.checked) body.focus();
  else radio.click(); // as by hand: whoever listens for the change hears of it
}

// --- where the brief leads ------------------------------------------------------------------------

// A line of the brief leads to its message; one that is not on this page is fetched with what is
// around it.
root.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#m"]');
  const position = Number(link?.hash.slice(2));
  if (!position || document.getElementById(`m${position}`)) return;
  event.preventDefault();
  location.assign(`?before=${position + 1}#m${position}`);
});

// --- dialogs: the transfer, and what a message shows ----------------------------------------------

root.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-dialog]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const response = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok) {
      location.assign(link.href);
      return;
    }
    const dialog = document.getElementById(link.dataset.dialog);
    dialog.innerHTML = await response.text();
    const menu = link.closest("details");
    if (menu) menu.open = false;
    dialog.showModal();
    dialog.dispatchEvent(new Event("opened"));
  }
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    event.target.closest("dialog").close();
  }
});

// --- what is asked once more ----------------------------------------------------------------------

// The server says why it hesitates; the second click means it. News take the question back.
function forgetAnyway() {
  for (const field of root.querySelectorAll("[data-act] > [name=anyway]")) field.remove();
}

root.addEventListener(
  "refused",
  (event) => {
    if (event.detail?.error?.code !== "unanswered") return;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "anyway", value: "yes" });
    event.target.append(field);
  },
  true, // it does not bubble
);
root.addEventListener("news", forgetAnyway);
root.addEventListener("done", forgetAnyway);

// What was set in a dialog shows beside its message; the dialog has done its work.
root.addEventListener("done", (event) => event.target.closest("dialog")?.close());

// --- keys -----------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=radio]), textarea, select")) return;
  if (event.key === "r" || event.key === "n") {
    event.preventDefault();
    write(event.key === "n" ? "note" : "reply");
  } else if ("acefhilmqsuwy".includes(event.key)) {
    root.querySelector(`[data-key='${event.key}']`)?.click();
  }
});
