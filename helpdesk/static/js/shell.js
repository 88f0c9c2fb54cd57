// The page shell: menus close on Escape and on a click elsewhere, flashes can be dismissed,
// chosen files are named beside their picker. Everything here works without it, only plainer.

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  event.target.closest(".flash__close")?.closest(".flash")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (!open) return;
  closeMenus();
  open.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "file") return;
  const names = input.closest(".composer__files")?.querySelector("output");
  if (names) names.textContent = Array.from(input.files, (file) => file.name).join(", ");
});

document.addEventListener("reset", (event) => {
  for (const names of event.target.querySelectorAll(".composer__files output")) {
    names.textContent = "";
  }
});

// A toast that only confirms goes by itself, unless it is being read (pointer or focus on it).
const TOAST_MS = 8000;

function expire(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) expire(toast);
    else toast.remove();
  }, TOAST_MS);
}

function watchToasts(root) {
  const brief = '.toast:is([data-level="success"], [data-level="info"])';
  if (root.matches?.(brief)) expire(root);
  root.querySelectorAll(brief).forEach(expire);
}

watchToasts(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) watchToasts(event.target);
});

// The server shows times in this zone to whoever has chosen none.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `timezone=${zone}; path=/; max-age=31536000; samesite=lax`;

// A second click on a button that is already at work sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(".human-call, [data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
