// Until when to snooze: the times one means, in the reader's own zone, or one of their own.
import { pick, narrowed } from "./picker.js";

const when = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const MORNING = 9;
const EVENING = 18;

/** Asks until when; null when nothing was chosen. */
export async function askUntil(now = new Date()) {
  const own = { title: "Another time…", own: true };
  const items = [...presets(now), own];
  const chosen = await pick({ label: "Snooze until", placeholder: "Snooze until …", find: (query) => narrowed(items, query) });
  return chosen?.own ? askOwn(now) : chosen?.at ?? null;
}

function presets(now) {
  const at = (days, hour) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const times = [
    ["In an hour", new Date(now.getTime() + 3_600_000)],
    ...(now.getHours() < EVENING - 1 ? [["This evening", at(0, EVENING)]] : []),
    ["Tomorrow morning", at(1, MORNING)],
    ...(toMonday > 1 ? [["Monday morning", at(toMonday, MORNING)]] : []),
    ["In a week", at(7, MORNING)],
  ];
  return times.map(([title, time]) => ({ title, hint: when.format(time), at: time }));
}

function askOwn(now) {
  const dialog = document.querySelector('[data-part="snooze"]');
  const field = dialog.querySelector("input");
  const local = (time) => new Date(time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  field.min = local(now);
  field.value = local(new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "snooze" && field.value ? new Date(field.value) : null), { once: true });
  });
}
