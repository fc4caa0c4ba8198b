// Until when to snooze: the times one means, in the reader's own zone, or one of their own.
import { say } from "./agent-texts.js";
import { pick, narrowed } from "./picker.js";
import { now as serverNow } from "./times.js";

const when = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const MORNING = 9;
const EVENING = 18;

/** Asks until when; null when nothing was chosen. */
export async function askUntil(now = new Date(serverNow())) {
  const own = { title: say("snooze-other"), own: true };
  const items = [...presets(now), own];
  const { chosen } = await pick({ label: say("snooze-until"), placeholder: say("snooze-placeholder"), find: (query) => narrowed(items, query) });
  return chosen?.own ? askOwn(now) : chosen?.at ?? null;
}

function presets(now) {
  const at = (days, hour) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const times = [
    [say("snooze-hour"), new Date(now.getTime() + 3_600_000)],
    ...(now.getHours() < EVENING - 1 ? [[say("snooze-evening"), at(0, EVENING)]] : []),
    [say("snooze-morning"), at(1, MORNING)],
    ...(toMonday > 1 ? [[say("snooze-monday"), at(toMonday, MORNING)]] : []),
    [say("snooze-week"), at(7, MORNING)],
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
