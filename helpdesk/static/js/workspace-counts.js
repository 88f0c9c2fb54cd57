// What the navigation learns after the page: how many are in each kept view, what is running, and how
// many mails want a look. The page waits for none of it; the numbers outlive a list that is new.

const ASK_EVERY = 30_000;
const WHILE_RUNNING = 3_000;
const SOON = 1_000; // after a list that is new, and not before each of them

const place = document.getElementById("running");
let known = {};
let timer;

function show() {
  for (const count of document.querySelectorAll("[data-count-of]")) {
    const number = known[count.dataset.countOf] ?? "";
    count.textContent = number;
    count.hidden = !number;
  }
}

function linkTo({ url, words }, icon) {
  const link = document.createElement("a");
  const text = document.createElement("span");
  link.className = "work-nav__job";
  link.href = url;
  text.className = "truncate";
  text.textContent = words;
  link.append(...(icon ? [icon.content.cloneNode(true)] : []), text);
  return link;
}

function showRunning(mails, jobs) {
  const envelope = document.getElementById("mail-waits");
  const links = [...mails.map((mail) => linkTo(mail, envelope)), ...jobs.map((job) => linkTo(job))];
  if (place.textContent !== links.map((link) => link.textContent).join("")) {
    place.replaceChildren(...links);
  }
}

async function ask() {
  let running = false;
  try {
    if (document.visibilityState === "visible") {
      const response = await fetch(place.dataset.counts, { headers: { "X-Requested-With": "fetch" } });
      if (response.ok) {
        const said = await response.json();
        known = said.views;
        running = said.jobs.length > 0;
        show();
        showRunning(said.mails, said.jobs);
      }
    }
  } catch {
    // offline: with the next round
  }
  askIn(running ? WHILE_RUNNING : ASK_EVERY);
}

function askIn(wait) {
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

if (place) {
  addEventListener("list", show);
  document.addEventListener("visibilitychange", () => askIn(SOON));
  ask();
}
