// Messages and notes on their way. Each keeps its client_id until the server has acknowledged it, so that sending again
// after a lost connection or a reload can never make two (D2).
import { Kept } from "./drafts.js";

export class Outbox {
  #kept;
  #items;

  constructor(conversation, role) {
    this.#kept = new Kept(`unsent:${role}:${conversation}`);
    this.#items = this.#kept.get() ?? [];
  }

  /** All that is not acknowledged, oldest first: `{type, client_id, text, claim, held}`. */
  get items() {
    return this.#items;
  }

  /** Those that may be sent now; what is held waits for the writer's decision. */
  get ready() {
    return this.#items.filter((item) => !item.held);
  }

  find(clientId) {
    return this.#items.find((item) => item.client_id === clientId);
  }

  /** `claim` names the claim it was written under: under another one it is never sent by itself. */
  add(type, text, claim = null) {
    const item = { type, client_id: crypto.randomUUID(), text, claim, held: false };
    this.#save([...this.#items, item]);
    return item;
  }

  hold(clientId, held = true) {
    const item = this.find(clientId);
    if (item) item.held = held;
    this.#save(this.#items);
  }

  remove(clientId) {
    this.#save(this.#items.filter((item) => item.client_id !== clientId));
  }

  #save(items) {
    this.#items = items;
    this.#kept.set(items.length ? items : null);
  }
}
