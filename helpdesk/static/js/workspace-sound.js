// The sound of a new conversation: two short notes, made here. Browsers allow it only once the
// person has clicked or typed something; the switch is kept on this device.

const KEY = "workspace-sound";
const NOTES = [
  [659, 0],
  [880, 0.13],
];

let context;
let chosen = true;

export function soundIsOn() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return chosen; // storage is blocked: the choice lasts for this page
  }
}

export function switchSound() {
  chosen = !soundIsOn();
  try {
    localStorage.setItem(KEY, chosen ? "on" : "off");
  } catch {
    // kept in `chosen`
  }
}

export function beep() {
  if (!context || !soundIsOn()) return;
  for (const [frequency, after] of NOTES) {
    const start = context.currentTime + after;
    const note = new OscillatorNode(context, { frequency, type: "sine" });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.28);
    note.connect(volume).connect(context.destination);
    note.start(start);
    note.stop(start + 0.3);
  }
}

function allow() {
  context ??= new AudioContext();
  context.resume();
}

for (const gesture of ["pointerdown", "keydown"]) {
  addEventListener(gesture, allow, { once: true, capture: true });
}
