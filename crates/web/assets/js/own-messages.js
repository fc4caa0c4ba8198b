// An agent's own messages can be corrected or deleted where they stand; everybody sees that it was done.
import { say } from "./agent-texts.js";

const LONGEST = 10_000;

export class OwnMessages {
  #room;
  #list;

  constructor(room) {
    this.#room = room;
    this.#list = room.querySelector(".transcript");
    this.#offer();
    new MutationObserver(() => this.#offer()).observe(this.#list, { childList: true });
    this.#list.addEventListener("click", (event) => {
      if (event.target.closest(".change")) this.edit(event.target.closest(".message"));
    });
  }

  /** Edits the newest own message; false when there is none. */
  editLast() {
    const last = [...this.#list.querySelectorAll(".change")].at(-1)?.closest(".message");
    if (last) this.edit(last);
    return Boolean(last);
  }

  #offer() {
    for (const item of this.#list.querySelectorAll(".message.own:not(.deleted)")) {
      if (item.querySelector(".change")) continue;
      const button = this.#part("change");
      item.querySelector(".bubble").before(button);
    }
  }

  edit(item) {
    if (item.querySelector("form")) return;
    const bubble = item.querySelector(".bubble");
    const form = this.#part("edit");
    const field = form.querySelector("textarea");
    field.value = bubble.textContent;
    bubble.hidden = true;
    bubble.after(form);
    const end = () => {
      form.remove();
      bubble.hidden = false;
      this.#room.composer.focus();
    };
    const send = async (method, body) => {
      if (await this.#room.attempt(() => this.#room.api(method, `/messages/${item.dataset.id}`, body))) end();
    };
    const save = () => {
      const text = field.value;
      if (!text.trim() || [...text].length > LONGEST) return;
      if (text === bubble.textContent) end();
      else send("PATCH", { text });
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save();
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && !event.shiftKey) save();
      else if (event.key === "Escape") end();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    form.querySelector('[data-does="cancel"]').addEventListener("click", end);
    const remove = form.querySelector('[data-does="delete"]');
    remove.addEventListener("click", () => {
      // Asked once more, in place.
      if (remove.dataset.sure) send("DELETE");
      remove.dataset.sure = "yes";
      remove.textContent = say("agent-delete-for-everybody");
    });
    field.focus();
    form.scrollIntoView({ block: "nearest" });
    field.setSelectionRange(field.value.length, field.value.length);
  }

  #part(name) {
    return this.#room.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);
  }
}
