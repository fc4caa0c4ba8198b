// What only the customer's conversation has: the place in the queue, resolving and reopening, the rating.
import { queueText } from "./queue.js";
import { say } from "./texts.js";

export class CustomerSide {
  #room;
  #place = null;

  constructor(room) {
    this.#room = room;
    this.#onSubmit("resolve", () => room.resolve());
    this.#onSubmit("reopen", () => this.#reopen());
    this.#onSubmit("rating", (form) => this.#rate(form));
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

  async #rate(form) {
    const { score, comment } = Object.fromEntries(new FormData(form));
    const rating = { score: Number(score), comment };
    if (!(await this.#room.attempt(() => this.#room.api("PUT", "/rating", rating)))) return;
    const details = form.closest("details");
    details.open = false;
    details.querySelector("summary").focus({ preventScroll: true });
  }

  #showRating({ score }) {
    this.#room.part("rated").textContent = say("rating-given", { score });
  }

  #onSubmit(part, act) {
    const form = this.#room.part(part);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act(form);
    });
  }
}
