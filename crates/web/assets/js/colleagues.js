// The other agents, to hand over to or to name in a note.
import { narrowed, pick } from "./picker.js";

/** Asks which colleague: `{id, name}`, or null. */
export async function askColleague(label) {
  const answer = fetch("/support/agent/colleagues/").then((response) => (response.ok ? response.json() : [])).catch(() => []);
  const items = answer.then((colleagues) => colleagues.map(({ id, name, online, holds }) => ({
    id,
    name,
    title: name,
    hint: `${online ? "online" : "away"} · ${holds === 1 ? "1 conversation" : `${holds} conversations`}`,
  })));
  return pick({ label, placeholder: `${label} …`, find: async (query) => narrowed(await items, query) });
}
