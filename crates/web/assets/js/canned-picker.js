// The `/` picker: every canned reply, filled in for this conversation, by short code and words.
import { say } from "./agent-texts.js";
import { narrowed, pick } from "./picker.js";

/** Asks which canned reply: `{text, typed}`, its text, or null, and what was typed to find it. */
export async function askReply(conversation) {
  const answer = fetch(`/chat/${conversation}/canned/?as=agent`).then((response) => (response.ok ? response.json() : [])).catch(() => []);
  const items = answer.then((replies) => replies.map(({ stage, short_code: code, text, is_own: isOwn }) => ({
    title: text.split("\n")[0],
    hint: [code && `/${code}`, stage, isOwn && say("canned-own")].filter(Boolean).join(" · "),
    preview: text,
  })));
  const { chosen, typed } = await pick({
    label: say("replies-heading"),
    placeholder: say("canned-placeholder"),
    find: async (query) => byCode(narrowed(await items, query), query),
  });
  return { text: chosen?.preview ?? null, typed };
}

// Who types a short code means that reply.
function byCode(items, query) {
  const code = `/${query.toLowerCase()}`;
  const means = (item) => Boolean(query) && item.hint.toLowerCase().startsWith(code);
  return [...items.filter(means), ...items.filter((item) => !means(item))];
}
