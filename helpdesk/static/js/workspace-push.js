// Whether this browser is told of things while no page is open: asked for on the page of the settings,
// by a click, as browsers want it. The list below shows all browsers of the person.

const part = document.querySelector("[data-push]");
const on = part.querySelector("[data-push-on]");
const off = part.querySelector("[data-push-off]");
const state = part.querySelector("[data-push-state]");
const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
const able = window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function name() {
  const brand = navigator.userAgentData?.brands?.find(({ brand }) => !/not.?a.?brand|chromium/i.test(brand))?.brand;
  const known = brand ?? /(Firefox|Edg|Chrome|Safari)/.exec(navigator.userAgent)?.[1] ?? "";
  const platform = navigator.userAgentData?.platform ?? /(Windows|Mac OS|Android|iPhone|Linux)/.exec(navigator.userAgent)?.[1];
  return [known, platform].filter(Boolean).join(", ");
}

async function post(url, values) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ csrfmiddlewaretoken: token, ...values }),
    headers: { "X-Requested-With": "fetch" },
  });
  if (!response.ok) throw new Error(response.statusText);
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration(part.dataset.worker);
  return registration?.pushManager.getSubscription();
}

async function show() {
  if (!able) {
    state.textContent = part.querySelector("[data-push-state]").dataset.never;
    return;
  }
  const known = await subscription();
  on.hidden = !!known;
  off.hidden = !known;
  if (known) state.textContent = state.dataset.on;
  else if (Notification.permission === "denied") state.textContent = state.dataset.denied;
}

async function switchOn() {
  if ((await Notification.requestPermission()) !== "granted") {
    state.textContent = state.dataset.denied;
    return;
  }
  await navigator.serviceWorker.register(part.dataset.worker);
  const registration = await navigator.serviceWorker.ready;
  const made = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(part.dataset.key),
  });
  const { endpoint, keys } = made.toJSON();
  try {
    await post(part.dataset.add, { endpoint, p256dh: keys.p256dh, auth: keys.auth, browser: name() });
  } catch (error) {
    await made.unsubscribe(); // else it would say that it is told, and never be
    throw error;
  }
  location.reload();
}

async function switchOff() {
  const known = await subscription();
  if (known) {
    await post(part.dataset.remove, { endpoint: known.endpoint });
    await known.unsubscribe();
  }
  location.reload();
}

for (const [button, act] of [
  [on, switchOn],
  [off, switchOff],
]) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch {
      state.textContent = state.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}

show();
