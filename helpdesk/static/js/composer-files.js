// Files come into the composer as people expect: a picture is pasted, files are dropped on the conversation.
// They are added to those that were chosen; what may be sent is checked where it is received.

const composer = document.querySelector("[data-composer]");
const input = composer?.querySelector('input[type="file"][name="files"]');
const root = document.querySelector("[data-conversation]");

function takesFiles() {
  return input && composer.elements.kind?.value !== "note";
}

// A pasted picture has no name of its own: every browser calls it image.png.
function named(file) {
  if (file.name !== "image.png") return file;
  const now = new Date();
  const at = [now.getHours(), now.getMinutes(), now.getSeconds()].map((one) => String(one).padStart(2, "0")).join(".");
  return new File([file], `${composer.dataset.picture} ${at}.png`, { type: file.type });
}

function add(files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...[...files].map(named)]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function refuse() {
  const place = composer.querySelector("[data-error]");
  place.textContent = composer.dataset.noFiles ?? "";
  place.hidden = !place.textContent;
}

composer?.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  if (takesFiles()) add(event.clipboardData.files);
  else refuse();
});

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

root?.addEventListener("dragover", (event) => {
  if (!composer || !carriesFiles(event)) return;
  event.preventDefault(); // or the browser opens the file
  composer.dataset.dropping = takesFiles() ? "yes" : "no";
});

for (const name of ["dragleave", "drop"]) {
  root?.addEventListener(name, (event) => {
    if (name === "dragleave" && root.contains(event.relatedTarget)) return;
    delete composer?.dataset.dropping;
  });
}

root?.addEventListener("drop", (event) => {
  if (!composer || !carriesFiles(event)) return;
  event.preventDefault();
  if (takesFiles()) add(event.dataTransfer.files);
  else refuse();
});
