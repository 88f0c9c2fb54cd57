// The co-pilot beside a conversation: fetched again when the customer writes, put into the reply by a key
// or a button. Nothing here sends anything: what is put in stands in the composer, below what was typed.

const root = document.querySelector("[data-conversation]");
const composer = document.getElementById("composer");
const { body } = composer.elements;
const other = composer.querySelector("[data-other-language]");
const anyway = composer.querySelector("[data-withdrawn]");
const PAUSE = 1200; // ms without a key before the language of the reply is looked at
const ENOUGH = 25; // characters

// --- fetched again --------------------------------------------------------------------------------

function refresh() {
  root.dispatchEvent(new CustomEvent("customer-wrote"));
}

root.addEventListener("news", (event) => {
  const items = event.detail?.items ?? [];
  if (items.some((item) => item.html.includes('data-author="customer"'))) refresh();
});

// --- into the reply -------------------------------------------------------------------------------

const writesReply = () => composer.elements.kind.value === "reply";

function field(form, name, value) {
  const there = form.elements[name] ?? form.appendChild(document.createElement("input"));
  Object.assign(there, { type: "hidden", name, value });
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-copilot-use]") || !writesReply()) return; // else below what was kept
    field(form, "before", body.value.slice(0, body.selectionEnd));
    field(form, "after", body.value.slice(body.selectionEnd));
  },
  true, // before it is sent
);

function write(text) {
  if (!writesReply()) [...composer.elements.kind].find((one) => one.value === "reply").click();
  body.value = text;
  body.dispatchEvent(new Event("input", { bubbles: true }));
  body.focus();
}

document.addEventListener("done", (event) => {
  const answer = event.detail?.answer;
  if (event.target.matches("[data-copilot-use]") && answer?.type === "composed") write(answer.body);
  if (event.target === composer) {
    anyway.hidden = true;
    other.replaceChildren();
    warned = false;
  }
});

root.addEventListener("click", (event) => {
  const link = event.target.closest("[data-copilot-link]")?.dataset.copilotLink;
  if (!link) return;
  if (!writesReply()) [...composer.elements.kind].find((one) => one.value === "reply").click();
  const at = body.selectionEnd;
  const glue = at && !/\s$/.test(body.value.slice(0, at)) ? " " : "";
  body.setRangeText(glue + link, at, at, "end");
  body.dispatchEvent(new Event("input", { bubbles: true }));
  body.focus();
});

// What a suggestion was taken from is not what it was: the panel shows what holds now.
root.addEventListener(
  "refused",
  (event) => {
    if (event.detail?.error?.code !== "withdrawn") return;
    if (event.target === composer) anyway.hidden = false;
    refresh();
  },
  true, // it does not bubble
);

// --- in which language ----------------------------------------------------------------------------

let timer;
let warned = false;

async function look() {
  const check = document.getElementById("composer-language")?.dataset.check;
  if (!check || warned || !writesReply() || body.value.trim().length < ENOUGH) return;
  const sent = new FormData();
  sent.set("kind", "reply");
  sent.set("body", body.value.slice(0, 2000));
  sent.set("csrfmiddlewaretoken", composer.elements.csrfmiddlewaretoken.value);
  try {
    const response = await fetch(check, { method: "POST", body: sent, headers: { "X-Requested-With": "fetch" } });
    if (!response.ok) return;
    other.innerHTML = (await response.text()).trim();
    warned = !!other.textContent.trim();
  } catch {
    // offline: nobody is warned
  }
}

composer.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});

// --- asking ---------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key !== "p" || event.target.closest("input:not([type=radio]), textarea, select")) return;
  event.preventDefault();
  if (getComputedStyle(document.getElementById("about")).visibility === "hidden") location.hash = "about";
  document.getElementById("copilot-question")?.focus();
});
