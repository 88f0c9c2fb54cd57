// The bell: how many notifications are unread, live; a click opens the centre beside what one is doing.
// Whoever has a conversation before their eyes has read what is new in it, and says so.

const bell = document.querySelector("[data-bell]");
const count = bell.querySelector("[data-bell-count]");
const dialog = document.getElementById("notifications");
const onItsPage = !!document.querySelector("[data-centre]");

addEventListener("unread", (event) => {
  const number = event.detail;
  count.textContent = number;
  count.hidden = !number;
  const words = count.dataset.words;
  if (number) count.setAttribute("aria-label", `${number} ${words}`);
  if (dialog.open) load(dialog.dataset.url);
});

async function load(url) {
  try {
    const response = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok) throw new Error(response.statusText);
    dialog.dataset.url = url;
    dialog.innerHTML = await response.text();
    return true;
  } catch {
    return false;
  }
}

bell.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || onItsPage) return;
  event.preventDefault();
  if (await load(bell.href)) dialog.showModal();
  else location.assign(bell.href);
});

dialog.addEventListener("click", (event) => {
  const link = event.target.closest("[data-notices]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    load(link.href);
  } else if (event.target === dialog || event.target.closest("[data-close-notices]")) {
    event.preventDefault();
    dialog.close();
  }
});

// In the dialog, marking as read leaves it open; the bell brings the new list.
dialog.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
    await load(dialog.dataset.url);
  } catch {
    form.submit();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "b" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=radio]), textarea, select") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  bell.click();
});
