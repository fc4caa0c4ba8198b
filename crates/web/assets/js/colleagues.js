// The other agents, to hand over to or to name in a note.
import { say } from "./agent-texts.js";
import { narrowed, pick } from "./picker.js";

/** Asks which colleague: `{chosen, typed}`, an `{id, name}` or null, and what was typed to find it. */
export async function askColleague(label, placeholder) {
  const answer = fetch("/support/agent/colleagues/").then((response) => (response.ok ? response.json() : [])).catch(() => []);
  const items = answer.then((colleagues) => colleagues.map(({ id, name, online, holds }) => ({
    id,
    name,
    title: name,
    hint: `${online ? say("colleague-online") : say("colleague-away")} · ${say("colleague-holds", { count: holds })}`,
  })));
  return pick({ label, placeholder, find: async (query) => narrowed(await items, query) });
}
