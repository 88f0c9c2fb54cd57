// The composer's toolbar and keys: marks of Markdown around what is selected, lists that go on, a preview of
// what will be read. What is pasted from a table stands as a table, an address on selected words as a link.

import { put } from "./typed.js";
import { tableOf } from "./tables.js";

const composer = document.getElementById("composer");
const { body } = composer.elements;
const toolbar = composer.querySelector("[role=toolbar]");
const shown = composer.querySelector("[data-preview]");
const LINE = /^(\s*)([-*+]|(\d{1,3})[.)])(\s+)(.*)$/;

// --- marks around words ---------------------------------------------------------------------------

function selected() {
  const { value, selectionStart, selectionEnd } = body;
  const text = value.slice(selectionStart, selectionEnd);
  const lead = text.length - text.trimStart().length;
  const tail = text.length - text.trimEnd().length;
  if (!text.trim()) return { from: selectionStart, to: selectionEnd, text: "" };
  return { from: selectionStart + lead, to: selectionEnd - tail, text: text.trim() };
}

function surround(mark) {
  const { from, to, text } = selected();
  const size = mark.length;
  const around = body.value.slice(from - size, from) === mark && body.value.slice(to, to + size) === mark;
  if (around && (size > 1 || body.value[from - 2] !== mark)) {
    put(body, text, from - size, to + size, 0, text.length); // a second time takes them away
  } else put(body, mark + text + mark, from, to, size, size + text.length);
}

function link() {
  const { from, to, text } = selected();
  const begin = text.length + 3; // after "[words]("
  put(body, `[${text}](https://)`, from, to, text ? begin : 1, text ? begin + 8 : 1);
}

function code() {
  const { from, to, text } = selected();
  if (!text.includes("\n")) return surround("`");
  const fenced = `\`\`\`\n${text}\n\`\`\``;
  return put(body, fenced, from, to, 4, 4 + text.length);
}

// --- marks before lines ---------------------------------------------------------------------------

function prefix(made, known) {
  const { value } = body;
  const from = value.lastIndexOf("\n", body.selectionStart - 1) + 1;
  const next = value.indexOf("\n", body.selectionEnd);
  const to = next < 0 ? value.length : next;
  const lines = value.slice(from, to).split("\n");
  const all = lines.every((line) => known.test(line));
  const text = lines.map((line, index) => (all ? line.replace(known, "") : made(index) + line)).join("\n");
  put(body, text, from, to, lines.length > 1 ? 0 : text.length, text.length);
}

const ACTS = {
  bold: () => surround("**"),
  italic: () => surround("_"),
  link,
  code,
  list: () => prefix(() => "- ", /^[-*+] /),
  numbers: () => prefix((index) => `${index + 1}. `, /^\d{1,3}[.)] /),
  quote: () => prefix(() => "> ", /^> ?/),
  emoji: () => composer.dispatchEvent(new CustomEvent("complete", { detail: ":" })),
  article: () => composer.dispatchEvent(new CustomEvent("complete", { detail: "[[" })),
  preview,
};

// --- the preview ----------------------------------------------------------------------------------

function showPreview(on) {
  shown.hidden = !on;
  body.hidden = on;
  toolbar.querySelector("[data-write=preview]").setAttribute("aria-pressed", String(on));
  for (const button of toolbar.querySelectorAll("[data-write]:not([data-write=preview])")) button.disabled = on;
}

async function preview() {
  if (!shown.hidden) {
    showPreview(false);
    body.focus();
    return;
  }
  const form = new FormData();
  form.set("body", body.value);
  form.set("csrfmiddlewaretoken", composer.elements.csrfmiddlewaretoken.value);
  try {
    const response = await fetch(toolbar.dataset.toPreview, {
      method: "POST",
      body: form,
      headers: { "X-Requested-With": "fetch" },
    });
    if (!response.ok) return;
    shown.innerHTML = await response.text();
    showPreview(true);
  } catch {
    // offline: one goes on writing
  }
}

composer.addEventListener("done", () => showPreview(false));
composer.addEventListener("change", (event) => event.target.name === "kind" && showPreview(false));
document.addEventListener("done", (event) => event.detail?.answer?.type === "composed" && showPreview(false));

// --- the toolbar: one stop for Tab, arrow keys within ---------------------------------------------

const buttons = [...toolbar.querySelectorAll("[data-write]")];

function reach(button) {
  for (const one of buttons) one.tabIndex = one === button ? 0 : -1;
}
reach(buttons[0]);

toolbar.addEventListener("click", (event) => {
  const button = event.target.closest("[data-write]");
  if (!button) return;
  reach(button);
  ACTS[button.dataset.write]();
});

toolbar.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const there = buttons.filter((one) => !one.disabled && one.offsetParent);
  const next = there[(there.indexOf(document.activeElement) + step + there.length) % there.length];
  reach(next);
  next.focus();
});

// --- keys -----------------------------------------------------------------------------------------

// Enter in a list begins its next line; on an empty one it ends the list.
function goOn(event) {
  if (body.selectionStart !== body.selectionEnd) return;
  const from = body.value.lastIndexOf("\n", body.selectionStart - 1) + 1;
  const found = LINE.exec(body.value.slice(from, body.selectionStart));
  if (!found) return;
  event.preventDefault();
  const [, indent, mark, number, space, words] = found;
  if (!words.trim()) put(body, "", from, body.selectionStart);
  else put(body, `\n${indent}${number ? `${Number(number) + 1}${mark.slice(number.length)}` : mark}${space}`);
}

body.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const act = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && { b: "bold", i: "italic" }[event.key];
  if (act) {
    event.preventDefault();
    ACTS[act]();
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) goOn(event);
});

// --- what is pasted -------------------------------------------------------------------------------

const ADDRESS = /^https?:\/\/[^\s()<>]+$/;

body.addEventListener("paste", (event) => {
  const data = event.clipboardData;
  if (data.files.length) return; // composer-files.js takes them
  const text = data.getData("text/plain");
  const table = tableOf(data.getData("text/html"), text);
  const { from, to, text: words } = selected();
  if (table) put(body, table);
  else if (words && !words.includes("\n") && ADDRESS.test(text.trim()) && !ADDRESS.test(words)) {
    put(body, `[${words}](${text.trim()})`, from, to);
  } else return;
  event.preventDefault();
});
