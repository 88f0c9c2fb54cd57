// Macros in their dialog: found as one types, chosen by the arrow keys, applied by Enter. The server says
// what each would do; what one put into the reply is put into the composer here.

const dialog = document.getElementById("macros");
const composer = document.getElementById("composer");
const line = composer.querySelector("[data-macro-line]");
const PAUSE = 150; // ms without a key before the server is asked
let timer;
let round = 0;

const search = () => dialog.querySelector("[data-macro-search]");
const options = () => [...dialog.querySelectorAll("[data-macro]")];
const chosen = () => dialog.querySelector("[data-macro][aria-current]");
const applying = () => dialog.querySelector("[data-apply-macro]");

// --- finding and choosing -------------------------------------------------------------------------

async function ask({ macro = "", list = !macro } = {}) {
  const mine = ++round;
  const query = new URLSearchParams({ q: search().value.trim(), ...(macro && { macro }) });
  try {
    const url = `${dialog.querySelector("[data-macros]").dataset.macros}?${query}`;
    const response = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok || mine !== round || !dialog.open) return;
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    for (const part of ["[data-macro-preview]", ...(list ? ["[data-macro-list]"] : [])]) {
      dialog.querySelector(part).replaceWith(template.content.querySelector(part));
    }
  } catch {
    // offline: what is there stays
  }
}

// What is shown beside the list is what Enter applies: until it has come there is nothing to apply.
function choose(option) {
  chosen()?.removeAttribute("aria-current");
  option.setAttribute("aria-current", "true");
  option.scrollIntoView({ block: "nearest" });
  applying()?.querySelector(".button--primary")?.remove();
  clearTimeout(timer);
  timer = setTimeout(() => ask({ macro: option.dataset.macro }), PAUSE / 2);
}

dialog.addEventListener("opened", () => search().focus());

dialog.addEventListener("input", (event) => {
  if (!event.target.matches("[data-macro-search]")) return;
  applying()?.querySelector(".button--primary")?.remove();
  clearTimeout(timer);
  timer = setTimeout(() => ask(), PAUSE);
});

dialog.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-macro-search]")) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const there = options();
    if (there.length) choose(there[(there.indexOf(chosen()) + step + there.length) % there.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const button = applying()?.querySelector(".button--primary");
    if (button) applying().requestSubmit(button);
  }
});

dialog.addEventListener("click", (event) => {
  const option = event.target.closest("[data-macro]");
  if (!option || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  choose(option);
});

// --- applying -------------------------------------------------------------------------------------

function field(form, name, value) {
  const there = form.elements[name] ?? form.appendChild(document.createElement("input"));
  Object.assign(there, { type: "hidden", name, value });
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-apply-macro]")) return;
    field(form, "seen", composer.elements.seen.value);
    // A reply that is not on the screen is as it was kept.
    if (composer.elements.kind.value === "reply") field(form, "typed", composer.elements.body.value);
  },
  true, // before it is sent
);

function showReply({ body, marks, html }) {
  const reply = [...composer.elements.kind].find((one) => one.value === "reply");
  if (!reply.checked) reply.click();
  const text = composer.elements.body;
  text.value = body;
  line.innerHTML = html;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
  const gap = marks.map((mark) => [body.indexOf(mark), mark.length]).filter(([at]) => at >= 0);
  const [at, length] = gap.sort((one, other) => one[0] - other[0])[0] ?? [body.length, 0];
  text.setSelectionRange(at, at + length);
}

document.addEventListener("done", (event) => {
  const type = event.detail?.answer?.type;
  if (event.target.matches("[data-apply-macro]")) {
    dialog.close();
    if (type === "composed") showReply(event.detail.answer);
    else line.replaceChildren();
  } else if (event.target === composer && composer.elements.kind.value === "reply") {
    line.replaceChildren(); // it goes along with the reply
  }
});

// --- from the palette -----------------------------------------------------------------------------

addEventListener("macro", (event) => {
  dialog.addEventListener("opened", () => ask({ macro: event.detail, list: true }), { once: true });
  composer.querySelector("[data-dialog=macros]").click();
});
