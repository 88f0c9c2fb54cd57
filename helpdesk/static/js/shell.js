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
