// Earlier conversations about the same, fetched when somebody asks for them, with their replies as drafts.
import { say } from "./agent-texts.js";
import { localise } from "./times.js";
import { fragment } from "./trusted.js";

export class Similar {
  #room;
  #panel = document.getElementById("customer");
  #details;
  #found;
  #isAllowed = true;

  constructor(room) {
    this.#room = room;
    this.#details = this.#panel.querySelector('[data-part="similar"]');
    this.#found = this.#details.querySelector('[data-part="found"]');
    this.#details.addEventListener("toggle", () => this.#details.open && this.#load());
    this.#found.addEventListener("click", ({ target }) => {
      const button = target.closest('[data-action="insert"]');
      if (button) this.#insert(button.closest("li").querySelector(".reply"));
    });
  }

  /** Whether a reply is possible at all. */
  allow(allowed) {
    this.#isAllowed = allowed;
    for (const button of this.#found.querySelectorAll("button")) button.hidden = !allowed;
  }

  /** Shows them, on a small screen over the conversation. */
  open() {
    if (getComputedStyle(this.#panel).display === "none") this.#panel.showPopover();
    this.#details.open = true;
    this.#details.querySelector("summary").focus();
  }

  async #load() {
    this.#say(say("panel-similar-looking"));
    try {
      const response = await fetch(`/chat/${this.#room.conversationId}/similar/?as=agent`);
      if (!response.ok) throw new Error(response.status);
      this.#found.replaceChildren(fragment(await response.text()));
      localise(this.#found);
      this.allow(this.#isAllowed);
    } catch {
      this.#say(say("panel-similar-failed"));
    }
  }

  // It becomes a draft. Another customer's name in it is selected, so that it is seen, and typed over.
  #insert(reply) {
    if (this.#panel.matches(":popover-open")) this.#panel.hidePopover();
    this.#room.composer.propose(reply.textContent, reply.querySelector("mark")?.textContent);
  }

  #say(words) {
    const line = document.createElement("p");
    line.className = "hint";
    line.textContent = words;
    this.#found.replaceChildren(line);
  }
}
