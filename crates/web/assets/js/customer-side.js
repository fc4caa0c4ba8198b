// What only the customer's conversation has: the place in the queue, resolving and reopening, the rating.
import { queueText } from "./queue.js";
import { say } from "./texts.js";

// Whoever goes along the stars by arrow keys chooses the last one only.
const STAR_RESTS = 300;

export class CustomerSide {
  #room;
  #place = null;
  #starTimer;

  constructor(room) {
    this.#room = room;
    this.#onSubmit("resolve", () => room.resolve());
    this.#onSubmit("reopen", () => this.#reopen());
    const form = this.#onSubmit("rating", () => this.#rate());
    form.addEventListener("change", ({ target }) => target.name === "score" && this.#rateByStar(form));
  }

  /** Shows the conversation as it is now. */
  show({ status, claim, rating }) {
    const isResolved = status === "resolved";
    const part = (name) => this.#room.part(name);
    this.#room.banner("resolved", isResolved);
    // Who answered stays in the heading of what is resolved.
    if (claim || !isResolved) part("title").textContent = claim?.agent.name ?? say("customer-heading");
    part("resolve").hidden = isResolved;
    part("reach").hidden = status !== "open";
    if (status !== "open") this.#place = null;
    this.#showPlace();
    if (rating) this.#showRating(rating);
  }

  /** Shows the place in the queue. */
  place(frame) {
    this.#place = frame;
    this.#showPlace();
  }

  #showPlace() {
    const text = this.#place && this.#room.status === "open" ? queueText(this.#place) : "";
    const line = this.#room.part("queue");
    // Said again, a screen reader would read it again.
    if (line.textContent !== text) line.textContent = text;
  }

  async #reopen() {
    if (await this.#room.attempt(() => this.#room.api("DELETE", "/resolution"))) this.#room.composer.focus();
  }

  /** A star counts at once; words wait for their button, and those that were sent before stay. */
  #rateByStar(form) {
    clearTimeout(this.#starTimer);
    this.#starTimer = setTimeout(() => this.#sendRating(form.elements.score.value, form.elements.comment.defaultValue), STAR_RESTS);
  }

  async #rate() {
    clearTimeout(this.#starTimer);
    const form = this.#room.part("rating");
    const { score, comment } = form.elements;
    if (!(await this.#sendRating(score.value, comment.value))) return;
    comment.defaultValue = comment.value;
    const details = form.closest("details");
    details.open = false;
    details.querySelector("summary").focus({ preventScroll: true });
  }

  #sendRating(score, comment) {
    return this.#room.attempt(() => this.#room.api("PUT", "/rating", { score: Number(score), comment }));
  }

  #showRating({ score }) {
    this.#room.part("rated").textContent = say("rating-given", { score });
  }

  #onSubmit(part, act) {
    const form = this.#room.part(part);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act();
    });
    return form;
  }
}
