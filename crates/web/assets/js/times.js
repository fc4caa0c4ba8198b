// Times in the reader's own zone, with the exact time on hover, and relative ones kept fresh.
import { say } from "./texts.js";

const MINUTE = 60_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dateOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const moment = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** By how much the server's clock is ahead of this machine's, which may be wrong by days. */
let ahead = Number(document.body.dataset.now) - Date.now();

/** The server's time: waits, days and snoozes go by it. */
export function now() {
  return Date.now() + ahead;
}

/** Sets the clock by an answer of the server's. */
export function setClock(response) {
  const at = Date.parse(response.headers.get("date"));
  if (at) ahead = at - Date.now();
}

/** The local calendar day of a time, as a sortable key. */
export function dayOf(at) {
  return at.getFullYear() * 10_000 + at.getMonth() * 100 + at.getDate();
}

/** Writes every time under `root` in local words. All that say how long ago go on together, so that none contradicts another. */
export function localise(root = document) {
  for (const time of root.querySelectorAll("time[data-as]")) write(time);
  if (root !== document) document.querySelectorAll('time[data-as="ago"], time[data-as="waiting"]').forEach(write);
}

function write(time) {
  const at = new Date(time.dateTime);
  const text = words[time.dataset.as](at);
  if (time.textContent !== text) time.textContent = text;
  time.title ||= exact.format(at);
  if (time.dataset.as === "waiting") time.toggleAttribute("data-fresh", now() - at < MINUTE);
}

const words = {
  clock: (at) => clock.format(at),
  moment: (at) => moment.format(at),
  day: dayName,
  ago,
  waiting,
};

function dayName(at) {
  const days = Math.round((new Date(now()).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0 || days === 1) return capital(relative.format(-days, "day"));
  return (isThisYear(at) ? weekday : dateOfYear).format(at);
}

function ago(at) {
  const minutes = Math.floor((now() - at) / MINUTE);
  if (minutes < 1) return say("time-just-now");
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (dayOf(at) === dayOf(new Date(now()))) return clock.format(at);
  return dated(at);
}

function dated(at) {
  return (isThisYear(at) ? date : dateOfYear).format(at);
}

function isThisYear(at) {
  return at.getFullYear() === new Date(now()).getFullYear();
}

function waiting(at) {
  const minutes = Math.floor((now() - at) / MINUTE);
  if (minutes < 1) return say("time-just-now");
  if (minutes < 60) return say("waiting-minutes", { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 7 * 24) return say("waiting-since", { date: dated(at) });
  if (hours < 24) return say("waiting-hours", { hours, minutes: minutes % 60 });
  return say("waiting-days", { days: Math.floor(hours / 24), hours: hours % 24 });
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

localise();
setInterval(localise, 30_000);
