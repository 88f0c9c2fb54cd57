// How long to wait before a socket is opened again, and before news are asked for without one: longer
// each time, and spread out, so that a thousand screens do not come back in the same instant.

const RESTARTS = 1012; // the server says that it goes away, and so to every screen at once
const SPREAD = 15_000;
const LONGEST = 30_000;

export function untilReconnecting(attempt, code) {
  if (code === RESTARTS) return Math.random() * SPREAD;
  return Math.min(LONGEST, 1000 * 2 ** attempt) * (0.1 + 0.9 * Math.random());
}

// Who answers slowly has much to do: it is asked the less often.
export function untilAskingAgain(usually, tookMs) {
  return Math.max(usually, 10 * tookMs) * (0.75 + Math.random() / 2);
}
