// While an agent writes a reply: does it ask for something that the customer has given already?
// The server decides, here and once more when it is sent; a note is never looked at.

const composer = document.getElementById("composer");
const place = composer.querySelector("[data-asked-again]");
const body = composer.elements.body;
const PAUSE = 600; // ms without a key before the draft is looked at
const SHORTEST = 8; // characters; nothing shorter asks for anything

let timer;
let latest = 0;

function show(html) {
  if (place.innerHTML.trim() !== html.trim()) place.innerHTML = html;
}

async function look() {
  const round = ++latest;
  const draft = body.value.trim();
  if (composer.elements.kind.value !== "reply" || draft.length < SHORTEST) {
    show("");
    return;
  }
  const sent = new FormData();
  sent.set("kind", "reply");
  sent.set("body", draft.slice(0, 5000));
  sent.set("csrfmiddlewaretoken", composer.elements.csrfmiddlewaretoken.value);
  try {
    const response = await fetch(place.dataset.askedAgain, {
      method: "POST",
      body: sent,
      headers: { "X-Requested-With": "fetch" },
    });
    if (response.ok && round === latest) show(await response.text());
  } catch {
    // offline: it is looked at again when it is sent
  }
}

composer.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
composer.addEventListener("change", look);

composer.addEventListener("refused", (event) => {
  const error = event.detail?.error;
  if (error?.code === "asked_again") show(error.html);
});

// Sent, or emptied: there is nothing to say any more.
document.addEventListener("news", () => {
  if (!body.value.trim()) show("");
});
composer.addEventListener("reset", () => {
  latest += 1;
  clearTimeout(timer);
  show("");
});

place.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  body.focus();
  body.setRangeText(button.dataset.insert, body.selectionStart, body.selectionEnd, "end");
  body.dispatchEvent(new Event("input", { bubbles: true }));
});
