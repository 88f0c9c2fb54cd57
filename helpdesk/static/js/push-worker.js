// Shows what is pushed while no page is open. It keeps nothing, and fetches nothing.

self.addEventListener("push", (event) => {
  let news;
  try {
    news = event.data.json();
  } catch {
    return; // not ours
  }
  event.waitUntil(show(news));
});

async function show({ title, body, url }) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((page) => page.visibilityState === "visible")) return; // the page itself says it
  // One at a time: a newer one says what is new in all.
  await self.registration.showNotification(title, { body, tag: "helpdesk", renotify: true, data: { url } });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, self.location.origin)));
});

async function open(url) {
  if (url.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === url.pathname);
  if (page) {
    await page.focus();
    await page.navigate?.(url.href).catch(() => {});
  } else {
    await self.clients.openWindow(url.href);
  }
}
