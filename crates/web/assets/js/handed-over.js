// What colleagues handed over to this agent and was not opened since, beside the mentions. What the customer writes in
// it afterwards is unread by itself.

export class HandedOver extends EventTarget {
  #agent;
  /** Names of customers, by conversation. */
  #customers = new Map();
  /** The agent's other pages in this browser: opened on one, it is opened on all. */
  #pages = new BroadcastChannel("handed-over");

  /** Emits `change`. */
  constructor(agent) {
    super();
    this.#agent = agent;
    this.#pages.addEventListener("message", ({ data }) => this.#drop(data));
  }

  get count() {
    return this.#customers.size;
  }

  /** Hears what the inbox hears. */
  hear(frame) {
    if (frame.type === "removed") this.#drop(frame.id);
    else if (frame.type === "queue_changed" && frame.conversation.claim?.agent.id !== this.#agent) this.#drop(frame.conversation.id);
    else if (frame.type === "notification" && frame.kind === "handed_over") this.#add(frame);
    else if (frame.type === "notification" && frame.kind !== "mentioned") this.#drop(frame.conversation);
  }

  /** The agent looks at this conversation. */
  opened(id) {
    if (this.#drop(id)) this.#pages.postMessage(id);
  }

  /** Shows them above the views. */
  show(facets, address) {
    facets.querySelector(".handed-over")?.remove();
    if (!this.count) return;
    const made = document.querySelector("#handed-over").content.firstElementChild.cloneNode(true);
    const list = made.querySelector("ul");
    const item = list.firstElementChild;
    list.replaceChildren(...[...this.#customers].map(([id, customer]) => {
      const one = item.cloneNode(true);
      one.querySelector("a").href = address(id);
      one.querySelector("span").textContent = customer;
      return one;
    }));
    facets.prepend(made);
  }

  #add({ conversation, customer }) {
    this.#customers.set(conversation, customer);
    this.dispatchEvent(new Event("change"));
  }

  #drop(id) {
    const wasThere = this.#customers.delete(id);
    if (wasThere) this.dispatchEvent(new Event("change"));
    return wasThere;
  }
}
