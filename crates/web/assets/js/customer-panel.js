// The customer beside the conversation: what changes there by itself, and the note agents share about them.
import { say } from "./agent-texts.js";
import { localise } from "./times.js";

const SAVE_AFTER = 1_000;
const LEVELS = { high: say("level-high"), normal: say("level-normal"), low: say("level-low") };
const LEFT_AFTER = 3_000;

export class CustomerPanel {
  #panel = document.getElementById("customer");
  #conversation;
  #field;
  #section;
  #saved;
  #timer = null;
  #leaving = null;

  constructor(room) {
    this.#conversation = room.conversationId;
    this.#section = this.#part("customer-note");
    this.#field = this.#section.querySelector("textarea");
    this.#saved = this.#field.value;
    this.#field.addEventListener("input", () => this.#saveSoon());
    this.#field.addEventListener("blur", () => this.#save());
  }

  /** The page turns to something else: what was written is kept first. */
  leave() {
    clearTimeout(this.#leaving);
    this.#save();
  }

  /** Nobody is known here any more. */
  clear() {
    clearTimeout(this.#leaving);
    clearTimeout(this.#timer);
    this.#saved = this.#field.value;
    this.#panel.hidden = true;
    this.#panel.replaceChildren();
  }

  showWaiting(since) {
    const part = this.#part("waiting");
    this.#part("waits").hidden = since === null;
    if (since === null) return part.replaceChildren();
    const time = document.createElement("time");
    time.dateTime = since;
    time.dataset.as = "waiting";
    part.replaceChildren(time);
    localise(part);
  }

  showUrgency({ level, reasons }) {
    const part = this.#part("urgency");
    if (!part) return;
    part.dataset.level = level;
    part.textContent = LEVELS[level];
    this.#part("reasons").textContent = reasons.join(", ");
  }

  /** Whether the customer is there; who only turns a page is back before it is said that they left. */
  showPresence(online) {
    clearTimeout(this.#leaving);
    const show = () => {
      const part = this.#part("presence");
      part.textContent = part.dataset[online === null ? "unknown" : online ? "here" : "away"];
      part.classList.toggle("here", online === true);
    };
    if (online) show();
    else this.#leaving = setTimeout(show, LEFT_AFTER);
  }

  #saveSoon() {
    clearTimeout(this.#timer);
    this.#say(say("panel-note-unsaved"));
    this.#timer = setTimeout(() => this.#save(), SAVE_AFTER);
  }

  async #save() {
    clearTimeout(this.#timer);
    const text = this.#field.value;
    if (text === this.#saved) return;
    this.#saved = text;
    const body = new URLSearchParams({ version: this.#section.dataset.version, text });
    try {
      const response = await fetch(`/chat/${this.#conversation}/customer-note/?as=agent`, { method: "POST", body });
      if (response.status === 409) return this.#say(say("panel-note-changed"));
      if (!response.ok) throw new Error();
      this.#section.dataset.version = (await response.json()).version;
      this.#say(say("panel-note-saved"));
    } catch {
      this.#saved = null;
      this.#say(say("panel-note-failed"));
    }
  }

  #say(words) {
    this.#part("noted").textContent = words;
  }

  #part(name) {
    return this.#panel.querySelector(`[data-part="${name}"]`);
  }
}
