// The tags of the open conversation: shown, added with those that exist as suggestions, and taken off.
import { say } from "./agent-texts.js";
import { call } from "./api.js";

const MOST = 50;

export class Tags {
  #room;
  #section;
  #field;
  #tags;

  constructor(room) {
    this.#room = room;
    this.#section = document.querySelector('[data-part="tags"]');
    this.#field = this.#section.querySelector("input");
    this.#section.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add(this.#field.value);
    });
    this.#section.addEventListener("click", (event) => {
      const name = event.target.closest("[data-tag]")?.dataset.tag;
      if (name !== undefined) this.#set(this.#tags.filter((tag) => tag !== name));
    });
    this.#field.addEventListener("focus", () => this.#suggest());
  }

  show(tags) {
    if (JSON.stringify(tags) === JSON.stringify(this.#tags)) return;
    this.#tags = tags;
    const chip = this.#section.querySelector("template").content.firstElementChild;
    this.#section.querySelector("ul").replaceChildren(...tags.map((tag) => {
      const made = chip.cloneNode(true);
      made.querySelector("span").textContent = tag;
      const button = made.querySelector("button");
      button.dataset.tag = tag;
      button.setAttribute("aria-label", say("panel-untag", { tag }));
      return made;
    }));
  }

  focus() {
    const panel = this.#section.closest("[popover]");
    if (getComputedStyle(panel).display === "none") panel.showPopover();
    this.#field.focus();
  }

  async #add(typed) {
    const tag = typed.trim();
    if (!tag) return;
    if (this.#tags.length >= MOST) return this.#room.problem(say("agent-most-tags", { most: MOST }));
    if (this.#tags.includes(tag) || (await this.#set([...this.#tags, tag]))) this.#field.value = "";
  }

  #set(tags) {
    return this.#room.attempt(() => this.#room.api("PUT", "/tags", { tags }));
  }

  async #suggest() {
    const { items } = await call("GET", "/tags", "agent").catch(() => ({ items: [] }));
    const list = this.#section.querySelector("datalist");
    list.replaceChildren(...items.filter(({ name }) => !this.#tags.includes(name)).map(({ name }) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    }));
  }
}
