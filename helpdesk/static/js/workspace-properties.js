// The properties of a conversation: each is saved as soon as it is chosen or typed, and tags are
// completed from those in use. Without this script each field has a button of its own.

const root = document.querySelector("[data-conversation]");
const form = document.getElementById("properties");
const known = document.getElementById("tags-in-use");

function save(field) {
  const button = [...form.elements].find((one) => one.name === "save" && one.value === field.dataset.saves);
  if (button && chosen(field) !== seen(field)) form.requestSubmit(button);
}

function chosen(field) {
  return field.multiple ? [...field.selectedOptions].map((one) => one.value).join("\n") : field.value;
}

function seen(field) {
  return new FormData(form).getAll(`seen_${field.name}`).join("\n");
}

root.addEventListener("change", (event) => {
  if (event.target.matches("[data-saves]")) save(event.target);
});

root.addEventListener("keydown", (event) => {
  const field = event.target.closest("input[data-saves]");
  if (!field) return;
  if (event.key === "Enter") {
    event.preventDefault(); // else the form would send itself by its first button
    save(field);
  } else if (event.key === "Escape") {
    field.value = seen(field);
  }
});

// Refused: the page shows again how it is, below the words that say why.
// Where it is asked once more, what was chosen stays, and a button says that it is meant.
const anyway = form.querySelector("[data-anyway]");
for (const name of ["news", "done"]) root.addEventListener(name, () => (anyway.hidden = true));

form.addEventListener("refused", (event) => {
  anyway.hidden = event.detail?.error?.code !== "unanswered";
  if (!anyway.hidden) return;
  if (form.contains(document.activeElement) || document.activeElement?.form === form) {
    document.activeElement.blur();
  }
  root.dispatchEvent(new CustomEvent("reached", { detail: Infinity }));
});

form.addEventListener("done", () => {
  const field = form.elements.tag;
  if (field) field.value = "";
});

let asked;

root.addEventListener("input", (event) => {
  if (event.target.id !== "set-tag") return;
  clearTimeout(asked);
  asked = setTimeout(() => complete(event.target.value), 120);
});

async function complete(start) {
  try {
    const response = await fetch(`${known.dataset.url}?q=${encodeURIComponent(start)}`, {
      headers: { "X-Requested-With": "fetch" },
    });
    if (response.ok) known.innerHTML = await response.text();
  } catch {
    // offline: a tag can be typed all the same
  }
}
