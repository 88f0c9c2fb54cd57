// The page of an act on many, while it is running: how far it is, and what came of each.

const EVERY = 1_000;

async function follow() {
  const job = document.getElementById("job");
  if (!job?.hasAttribute("data-running")) return;
  try {
    const response = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (response.status === 401) location.reload();
    if (response.ok && !job.contains(document.activeElement)) {
      const template = document.createElement("template");
      template.innerHTML = await response.text();
      job.replaceWith(template.content.getElementById("job"));
    }
  } catch {
    // offline: the next round tries again
  }
  setTimeout(follow, EVERY);
}

setTimeout(follow, EVERY);
