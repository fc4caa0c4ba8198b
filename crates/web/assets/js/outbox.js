// Messages and notes on their way. Each keeps its client_id until the server has acknowledged it, so that sending again
// after a lost connection or a reload can never make two (D2).
import { Kept } from "./drafts.js";

export class Outbox {
  #kept;
  #items;
  #pausedUntil = 0;

  /** `whose` names the writer and the conversation. */
  constructor(whose) {
    this.#kept = new Kept(`unsent:${whose}`);
    this.#items = this.#kept.get() ?? [];
  }

  /** All that is not acknowledged, oldest first: `{type, client_id, text, claim, held}`. */
  get items() {
    return this.#items;
  }

  /** Those that may be sent now; what is held waits for the writer's decision. */
  get ready() {
    return this.isPaused ? [] : this.#items.filter((item) => !item.held);
  }

  /** Whether the server has enough to do for now. */
  get isPaused() {
    return performance.now() < this.#pausedUntil;
  }

  /** Nothing is ready for so many milliseconds: the server asked for that. */
  pause(ms) {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  find(clientId) {
    return this.#items.find((item) => item.client_id === clientId);
  }

  /** `claim` names the claim it was written under: under another one it is never sent by itself. */
  add(type, text, claim = null) {
    const item = { type, client_id: crypto.randomUUID(), text, claim, held: false };
    this.#change((items) => [...items, item]);
    return item;
  }

  hold(clientId, held = true) {
    this.#change((items) => items.map((item) => (item.client_id === clientId ? { ...item, held } : item)));
  }

  remove(clientId) {
    this.#change((items) => items.filter((item) => item.client_id !== clientId));
  }

  // What is kept is changed, not replaced: another tab keeps its own there too.
  #change(edit) {
    const kept = edit(this.#kept.get() ?? []);
    this.#items = edit(this.#items);
    this.#kept.set(kept.length ? kept : null);
  }
}
