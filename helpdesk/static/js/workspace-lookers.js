// Which colleagues have a conversation open, and who is writing: in its row, and above the composer.

const WRITING_FOR = 8000; // ms after which nobody counts as writing who has not said so again
const looking = new Map(); // by reference: { lookers, at }
const words = document.getElementById("main").dataset;

function show(place) {
  const { lookers, at } = looking.get(place.dataset.lookers) ?? { lookers: [] };
  const writes = (one) => one.writing && Date.now() - at < WRITING_FOR;
  place.replaceChildren(
    ...lookers.map((one) => {
      const mark = document.createElement("span");
      mark.className = "looker";
      mark.toggleAttribute("data-writing", writes(one));
      mark.textContent = (writes(one) ? words.writes : words.looks).replace("%s", one.name);
      return mark;
    }),
  );
  place.hidden = !lookers.length;
}

function showAll() {
  for (const place of document.querySelectorAll("[data-lookers]")) show(place);
}

addEventListener("lookers", (event) => {
  const { reference, lookers } = event.detail;
  looking.set(reference, { lookers, at: Date.now() });
  showAll();
  if (lookers.some((one) => one.writing)) setTimeout(showAll, WRITING_FOR + 100);
});
addEventListener("list", showAll); // its rows are new
