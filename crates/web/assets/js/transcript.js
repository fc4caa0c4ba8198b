// The list of messages, notes and events: where each entry goes, which belong together, and what is marked on them.
import { say } from "./texts.js";
import { dayOf, localise, now } from "./times.js";
import { fragment } from "./trusted.js";

const NEAR_END = 120;

export class Transcript {
  #list;
  #scroller;
  #viewer;
  #seen;
  #follows = true;

  constructor(room) {
    this.#list = room.querySelector(".transcript");
    this.#scroller = room.querySelector(".scroller");
    this.#viewer = room.dataset.viewer;
    this.#seen = Number(room.dataset.seenSeq);
    this.#arrange();
    this.#scroller.addEventListener("scroll", () => (this.#follows = this.isAtEnd), { passive: true });
    // A banner or a growing composer takes room: who was at the end stays there.
    new ResizeObserver(() => this.#follows && this.toEnd()).observe(this.#scroller);
  }

  get isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Puts a message or note made by the server's template in its place; one already there is replaced. */
  put(html) {
    const item = fragment(html).firstElementChild;
    const { clientId } = item.dataset;
    if (clientId) this.#unsent(clientId)?.remove();
    const old = this.#same(item);
    if (old) old.replaceWith(item);
    else this.#insert(item);
    this.#arrange();
  }

  /** Shows what is on its way, after everything that has arrived. */
  putUnsent({ type, client_id, text }, viewerName) {
    if (this.#unsent(client_id)) return;
    const item = element("li", type === "note" ? "note unsent" : `message from-${this.#viewer} unsent`);
    item.dataset.clientId = client_id;
    const by = element("p", "by");
    const name = element("span", "name", type === "note" ? say("note-by", { agent: viewerName }) : viewerName);
    name.dir = "auto";
    by.append(name);
    const body = element("div", type === "note" ? "body" : "bubble", text);
    body.dir = "auto";
    item.append(by, body, element("p", "mark", say("chat-sending")));
    this.#list.append(item);
    this.#arrange();
  }

  /** Words, and perhaps buttons, under what is on its way. */
  markUnsent(clientId, { text, failed = false, buttons = [] }) {
    const item = this.#unsent(clientId);
    if (!item) return;
    item.classList.toggle("failed", failed);
    item.querySelector(".mark").replaceChildren(text, ...buttons.map(([label, act]) => {
      const button = element("button", "", label);
      button.type = "button";
      button.addEventListener("click", act);
      return button;
    }));
  }

  removeUnsent(clientId) {
    this.#unsent(clientId)?.remove();
    this.#arrange();
  }

  /** Whether the server's answer to this `client_id` is already on the page. */
  has(clientId) {
    return this.#list.querySelector(`[data-client-id="${CSS.escape(clientId)}"]:not(.unsent)`) !== null;
  }

  /** The other side has read up to `seq`. */
  setSeen(seq) {
    this.#seen = Math.max(this.#seen, seq);
    this.#mark();
  }

  /** Adds what came before, keeping the reader's place. */
  prepend(html) {
    const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    this.#list.querySelector(".earlier")?.remove();
    this.#list.prepend(fragment(html));
    this.#arrange();
    this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
  }

  #same(item) {
    const { seq, noteSeq } = item.dataset;
    return this.#list.querySelector(seq ? `[data-seq="${seq}"]` : `[data-note-seq="${noteSeq}"]`);
  }

  #unsent(clientId) {
    return this.#list.querySelector(`.unsent[data-client-id="${CSS.escape(clientId)}"]`);
  }

  #insert(item) {
    const later = [...this.#list.children].reverse();
    const above = later.find((other) => placeOf(other) && isBefore(placeOf(other), placeOf(item)));
    if (above) above.after(item);
    else {
      const first = [...this.#list.children].find((other) => placeOf(other) || other.matches(".unsent"));
      this.#list.insertBefore(item, first ?? null);
    }
  }

  #arrange() {
    for (const day of this.#list.querySelectorAll(".day")) day.remove();
    let above = null;
    for (const item of [...this.#list.children]) {
      if (item.matches(".earlier")) continue;
      // Its own time; one that is told of in it may be still to come.
      const time = item.querySelector('time[data-as="clock"]');
      const at = time ? new Date(time.dateTime) : (above?.at ?? new Date(now()));
      const isNewDay = !above ? Boolean(time) : dayOf(at) !== dayOf(above.at);
      if (isNewDay) item.before(daySeparator(at));
      const group = item.matches(".message")
        ? `${item.classList.contains("from-agent")} ${item.querySelector(".name").textContent} ${Math.floor(at / 60_000)}`
        : null;
      item.classList.toggle("continues", Boolean(group) && !isNewDay && group === above?.group);
      above = { at, group };
    }
    localise(this.#list);
    this.#mark();
  }

  #mark() {
    const own = [...this.#list.querySelectorAll(`.message.from-${this.#viewer}[data-seq]`)];
    for (const item of own) item.querySelector(".mark").textContent = "";
    const last = own.at(-1);
    if (last && !last.matches(".deleted")) {
      last.querySelector(".mark").textContent = Number(last.dataset.seq) <= this.#seen ? say("chat-seen") : say("chat-sent");
    }
  }
}

// Notes stand after the message they followed; messages come before notes of the same place.
function placeOf(item) {
  const { seq, afterSeq, noteSeq } = item.dataset;
  if (seq) return [Number(seq), 0];
  return noteSeq ? [Number(afterSeq), Number(noteSeq)] : null;
}

function isBefore([seq, note], [otherSeq, otherNote]) {
  return seq < otherSeq || (seq === otherSeq && note < otherNote);
}

function daySeparator(at) {
  const item = element("li", "day");
  const time = element("time");
  time.dateTime = at.toISOString();
  time.dataset.as = "day";
  item.append(time);
  return item;
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
