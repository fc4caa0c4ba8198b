// Ctrl+K: go to a view, do something with the open conversation, or find any conversation by its words.
import { say } from "./agent-texts.js";
import { call } from "./api.js";
import { narrowed, pick } from "./picker.js";

const ENOUGH = 2;
const STATUSES = { open: say("status-open"), snoozed: say("status-snoozed"), ongoing: say("status-ongoing"), resolved: say("status-resolved") };
const FOUND = 8;

/** Opens the palette over `actions` (`{title, keys, act}`) and does what is chosen. `open` opens a conversation. */
export async function openPalette(actions, open) {
  const find = async (query) => [...narrowed(actions, query), ...(await conversations(query, open))];
  const { chosen } = await pick({ label: say("palette-label"), placeholder: say("palette-placeholder"), find });
  chosen?.act();
}

async function conversations(query, open) {
  if (query.length < ENOUGH) return [];
  const search = new URLSearchParams({ q: query, limit: FOUND });
  const { items } = await call("GET", `/search?${search}`, "agent").catch(() => ({ items: [] }));
  return items.map(({ conversation, message, snippet }) => ({
    title: conversation.customer.name,
    detail: snippet.map(({ text }) => text).join(""),
    hint: STATUSES[conversation.status],
    act: () => open(conversation.id, message ? `#m${message.seq}` : ""),
  }));
}
