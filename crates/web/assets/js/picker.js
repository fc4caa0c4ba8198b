// One way to choose from many: a field to type in, and a list that narrows. The palette, canned replies, colleagues
// and times to snooze all use it.
import { say } from "./agent-texts.js";

const dialog = () => document.querySelector('[data-part="picker"]');

/** The query of the picker that is open; an answer to an older one comes too late. */
let asked = 0;

/**
 * Lets somebody choose one of the items that `find(query)` gives, at once or later: `{title, detail, hint, keys, preview}`.
 * Answers `{chosen, typed}`: the item, or null when nothing was chosen, and what stood in the field.
 */
export function pick({ label, placeholder = say("picker-placeholder"), query = "", find }) {
  const box = dialog();
  const parts = Object.fromEntries([...box.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  const { field, options, preview, none } = parts;
  const leaving = new AbortController();
  const { signal } = leaving;
  const { promise, resolve } = Promise.withResolvers();
  let items = [];
  let at = 0;

  const mark = (index) => {
    at = Math.max(0, Math.min(items.length - 1, index));
    [...options.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    const current = options.children[at];
    if (current) field.setAttribute("aria-activedescendant", current.id);
    else field.removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
    preview.textContent = items[at]?.preview ?? "";
    preview.hidden = !items[at]?.preview;
  };
  const narrow = async () => {
    const mine = (asked += 1);
    const found = await find(field.value.trim());
    if (mine !== asked) return;
    items = found;
    options.replaceChildren(...items.map(option));
    none.hidden = items.length > 0;
    mark(0);
  };
  // Answers at once, not with the event of closing: what is typed next must come after what was chosen.
  const leave = (chosen) => {
    leaving.abort();
    asked += 1;
    box.close();
    resolve({ chosen, typed: field.value });
  };
  const choose = (index) => items[index] && leave(items[index]);

  box.setAttribute("aria-label", label);
  field.setAttribute("aria-label", label);
  field.placeholder = placeholder;
  field.value = query;
  options.replaceChildren();
  preview.hidden = none.hidden = true;
  field.addEventListener("input", narrow, { signal });
  options.addEventListener("click", (event) => choose([...options.children].indexOf(event.target.closest("li"))), { signal });
  options.addEventListener("pointermove", (event) => {
    const index = [...options.children].indexOf(event.target.closest("li"));
    if (index >= 0 && index !== at) mark(index);
  }, { signal });
  box.addEventListener("click", (event) => event.target === box && leave(null), { signal });
  // Closed in another way; the event of a picker before this one may come while this one is open.
  box.addEventListener("close", () => box.open || leave(null), { signal });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Enter") choose(at);
    else if (event.key === "Escape") leave(null);
    else return;
    event.preventDefault();
  }, { signal });
  box.showModal();
  narrow();
  return promise;
}

/** Those of the items that have all words of the query somewhere in what is shown of them. */
export function narrowed(items, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const isHit = (item) => {
    const text = [item.title, item.detail, item.hint, item.preview].filter(Boolean).join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return items.filter(isHit);
}

function option(item, index) {
  const made = document.querySelector("#picker-option").content.firstElementChild.cloneNode(true);
  made.id = `option-${index}`;
  for (const part of ["title", "detail", "hint", "keys"]) {
    const place = made.querySelector(`.${part}`);
    if (item[part]) place.textContent = item[part];
    else place.remove();
  }
  return made;
}
