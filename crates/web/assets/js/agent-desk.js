// What an agent's conversation has beyond the customer's: claim, suggestions, notes, and what to do when the claim is
// lost: unsent text stays, and is never sent by itself.
import { call } from "./api.js";
import { isTypingIn } from "./keys.js";

export class AgentDesk {
  #room;
  #me;
  /** When the claim this page works under began: it names the claim. Null without one. */
  claim = null;
  #holder = null;
  #welcome = null;

  constructor(room) {
    this.#room = room;
    this.#me = room.dataset.agentId;
    const on = (name, act) => room.action(name).addEventListener("click", act);
    on("claim", () => this.#take());
    on("claim-again", () => this.#take());
    on("release", () => this.#room.attempt(() => this.#room.api("DELETE", "/claim")));
    on("resolve", () => this.#room.resolve());
    on("reopen", () => this.#reopen());
    on("next", () => this.#next());
    on("copy", () => navigator.clipboard.writeText(this.#room.composer.text));
    on("save-as-note", () => this.#saveAsNote());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get isMine() {
    return this.#room.mode === "work" && this.claim !== null;
  }

  /** After a break, works on only under the same claim: a lost one is not taken again by itself. */
  async beforeConnecting() {
    if (this.claim === null) return;
    const { claim } = await this.#room.api("GET");
    if (claim?.agent.id !== this.#me || claim.since !== this.claim) this.#lose();
  }

  welcomed({ you }) {
    this.#room.mode = you.mode;
    this.#welcome?.();
    this.#welcome = null;
  }

  show(conversation) {
    const { claim, status } = conversation;
    const room = this.#room;
    const mine = claim?.agent.id === this.#me;
    const hadIt = this.claim !== null;
    this.#holder = claim?.agent ?? null;
    if (mine && room.mode === "work") this.claim ??= claim.since;
    else if (hadIt && (!mine || claim.since !== this.claim)) this.#lose(status !== "resolved");

    room.part("holder").textContent = mine ? "Yours" : claim ? `Held by ${claim.agent.name}` : "";
    room.banner("held", claim && !mine);
    if (claim && !mine) {
      room.part("held-by").textContent = `Held by ${claim.agent.name}`;
      room.part("held-since").textContent = ` since ${new Date(claim.since).toLocaleTimeString([], { timeStyle: "short" })}`;
    }
    const free = !claim && status !== "resolved";
    room.action("claim").hidden = !free && !(mine && room.mode === "view");
    room.action("release").hidden = !mine;
    room.action("resolve").hidden = !mine;
    room.action("reopen").hidden = status !== "resolved";
    room.composer.allowReplies(mine || free);
    room.part("suggestions").hidden = !(mine || free);
  }

  /** Whether a reply may go out now; a free conversation is claimed by the first one. */
  async readyToReply(text) {
    if (this.isMine) return true;
    if (await this.#take()) return true;
    this.#room.composer.text = text;
    return false;
  }

  /** Replies written under another claim are not sent: they go back to where they can be read and decided on. */
  holdStale() {
    const room = this.#room;
    const stale = room.outbox.items.filter((item) => item.type === "send" && (!this.isMine || item.claim !== this.claim));
    if (!stale.length) return;
    const texts = stale.map((item) => item.text);
    for (const item of stale) {
      room.outbox.remove(item.client_id);
      room.transcript.removeUnsent(item.client_id);
    }
    room.composer.text = [...texts, room.composer.text].filter(Boolean).join("\n\n");
    room.banner("lost", true);
  }

  showLost() {
    this.#lose();
    this.holdStale();
  }

  /** A frame was refused as a whole: another agent holds it. */
  refused({ code, holder, detail }) {
    if (code !== "already_claimed") this.#room.problem(detail);
    else this.#holder = holder;
  }

  /** The work socket was closed because another agent holds it: look on. */
  readAlong() {
    this.#room.mode = "view";
    this.#room.socket.connect();
  }

  suggest(items) {
    const chip = this.#room.querySelector("template").content.firstElementChild;
    this.#room.part("suggestions").replaceChildren(...items.slice(0, 3).map(({ text, reason }, index) => {
      const button = chip.cloneNode(true);
      button.title = reason ? `${text}\n\n${reason}` : text;
      button.querySelector("kbd").textContent = index + 1;
      button.querySelector("span").textContent = text;
      button.addEventListener("click", () => this.#use(text));
      return button;
    }));
  }

  #use(text) {
    const { composer } = this.#room;
    composer.setKind("message");
    composer.text = composer.text.trim() ? `${composer.text.trimEnd()}\n${text}` : text;
    composer.focus();
  }

  async #take() {
    const room = this.#room;
    try {
      await room.api("PUT", "/claim");
    } catch (error) {
      room.problem(error.code === "already_claimed" ? `${error.problem.holder.name} has just taken it.` : error.message);
      return false;
    }
    this.claim = null;
    room.problem(null);
    room.banner("lost", false);
    room.mode = "work";
    const welcomed = new Promise((resolve) => (this.#welcome = resolve));
    room.socket.connect();
    await welcomed;
    room.composer.setKind("message");
    room.composer.focus();
    return this.isMine;
  }

  async #reopen() {
    if (await this.#room.attempt(() => this.#room.api("DELETE", "/resolution"))) await this.#take();
  }

  async #next() {
    try {
      const conversation = await call("POST", "/claims", "agent");
      location.href = conversation ? `/chat/${conversation.id}/?as=agent` : "/support/agent/";
    } catch (error) {
      this.#room.problem(error.message);
    }
  }

  #lose(warn = true) {
    this.claim = null;
    this.#room.mode = "view";
    const hasReply = this.#room.composer.kind === "message" && this.#room.composer.text.trim();
    if (warn && hasReply) this.#room.banner("lost", true);
  }

  #saveAsNote() {
    const { composer, outbox } = this.#room;
    const text = composer.text;
    if (text.trim()) this.#room.post(outbox.add("note", text));
    composer.text = "";
    this.#room.banner("lost", false);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey) return;
    if (isTypingIn(event.target) && !event.altKey) return;
    if (event.key === "c" && !this.#room.action("claim").hidden) this.#take();
    else if (/^[1-3]$/.test(event.key)) this.#room.part("suggestions").children[event.key - 1]?.click();
    else if (event.key === "r") this.#room.composer.focus();
    else return;
    event.preventDefault();
  }
}
