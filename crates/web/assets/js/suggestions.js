// Canned replies that fit now, as chips to press or take by their number, and the way to all others.
import { askReply } from "./canned-picker.js";

const SHOWN = 3;

export class Suggestions {
  #room;
  #place;

  constructor(room) {
    this.#room = room;
    this.#place = room.part("suggestions");
  }

  show(items) {
    const chip = this.#room.querySelector('template[data-part="chip"]').content.firstElementChild;
    this.#place.replaceChildren(...items.slice(0, SHOWN).map(({ text, reason }, index) => {
      const button = chip.cloneNode(true);
      button.title = text;
      button.querySelector("kbd").textContent = index + 1;
      button.querySelector("span").textContent = text;
      button.querySelector("small").textContent = reason;
      button.addEventListener("click", () => this.#room.composer.propose(text));
      return button;
    }));
  }

  /** Whether a reply is possible at all. */
  allow(allowed) {
    this.#place.hidden = !allowed;
  }

  take(number) {
    if (!this.#place.hidden) this.#place.children[number - 1]?.click();
  }

  /** Asks for any canned reply. Who typed `key` for it, and then chose none, has what they typed. */
  async pick(key = "") {
    const { composer } = this.#room;
    const { text, typed } = await askReply(this.#room.conversationId);
    if (text) composer.propose(text);
    else if (key && typed) composer.insert(key + typed);
    else composer.focus();
  }
}
