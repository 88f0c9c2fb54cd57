// The pages of a long conversation: what was said earlier or later is loaded into the list. A list
// that does not reach the end takes no news, so that nothing ever stands beside what it did not follow.

const root = document.querySelector("[data-conversation]");
const list = root.querySelector("[data-items]");
const places = { before: root.querySelector("[data-more=before]"), after: root.querySelector("[data-more=after]") };

export function reachesTheEnd() {
  return places.after.hidden;
}

// Of what lies before the page there is more than one item: none of it may stand beside what is shown.
export function liesBefore(position) {
  const first = list.querySelector(":scope > [data-position]");
  return !places.before.hidden && first !== null && position < Number(first.dataset.position);
}

export function goToTheEnd() {
  location.assign(places.after.querySelector("[data-newest]").href);
}

// For a screen that was away for so long that it is told the newest items only.
export function beginAfresh(news) {
  for (const item of list.querySelectorAll(":scope > [data-position]")) item.remove();
  show("before", news.earlier);
}

function show(side, position) {
  places[side].hidden = !position;
  const link = places[side].querySelector("[data-load]");
  const address = new URL(link.href);
  address.searchParams.set(side, position ?? 0);
  link.href = address;
}

function add(side, page) {
  const template = document.createElement("template");
  template.innerHTML = page.items.map((item) => item.html).join("");
  if (side === "after") {
    list.append(template.content);
    show(side, page.later);
    return;
  }
  const scroller = root.querySelector("[data-scroll]") ?? document.scrollingElement;
  const height = scroller.scrollHeight;
  list.prepend(template.content);
  show(side, page.earlier);
  scroller.scrollTop += scroller.scrollHeight - height; // what was read stays where it was
}

async function load(link) {
  const side = link.closest("[data-more]").dataset.more;
  link.ariaBusy = "true";
  try {
    const response = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } });
    if (!response.ok) throw new Error(response.status);
    const page = await response.json();
    add(side, page);
    if (side === "after" && reachesTheEnd()) {
      // What came while this was on its way was not taken: it is asked for again.
      root.dispatchEvent(new CustomEvent("reached", { detail: page.position }));
    }
  } catch {
    location.assign(link.href); // the page says what is wrong
  } finally {
    link.ariaBusy = "false";
  }
}

root.addEventListener("click", (event) => {
  const link = event.target.closest("[data-load]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (link.ariaBusy !== "true") load(link);
});
