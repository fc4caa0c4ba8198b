// What an agent's conversation has beyond the customer's: claim, suggestions, notes, and what to do when the claim is
// lost: unsent text stays, and is never sent by itself.
import { call } from "./api.js";
import { isTypingIn } from "./keys.js";
import { localise } from "./times.js";

export class AgentDesk {
  #room;
  #me;
  /** When the claim this page works under began: it names the claim. Null without one. */
  claim = null;
  #holder = null;
  #waitingSince = null;
  /** Whether a reply was not sent because the claim went. */
  #isLost = false;
  #isTaking = false;
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
    // What can be answered is opened to be answered. On a touch screen the keyboard would cover it.
    const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)").matches;
    const isOwn = room.mode === "work" && room.composer.kind === "message";
    if (isOwn && hasKeyboard && !location.hash) room.composer.focus();
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
    this.#holder = claim?.agent ?? null;
    if (mine && room.mode === "work" && this.claim === null) this.claim = claim.since;
    // It came back into one's hands: resolving was undone, or another window claimed it.
    else if (mine && this.claim !== claim.since && !this.#isTaking) this.#workOn(claim);
    else if (!mine && this.claim !== null) this.#lose(status !== "resolved");

    const free = !claim && status !== "resolved";
    room.part("holder").textContent = mine ? "Yours" : claim ? `Held by ${claim.agent.name}` : "";
    this.#showBanners(conversation, mine);
    room.action("claim").hidden = !free;
    room.action("release").hidden = !mine;
    room.action("resolve").hidden = !mine;
    room.action("reopen").hidden = status !== "resolved";
    room.composer.allowReplies(mine || free, claim ? `Held by ${claim.agent.name}` : "Reopen it to reply");
    room.part("suggestions").hidden = !(mine || free);
    this.#showWaiting(status === "resolved" ? null : conversation.waiting_since);
  }

  /** A message that came after the conversation was last shown. */
  heard({ author, created_at: at }) {
    this.#showWaiting(author.role === "agent" ? null : this.#waitingSince ?? at);
  }

  /** Whether a reply may go out now; a free conversation is claimed by the first one. */
  async readyToReply(text) {
    if (this.isMine) return true;
    if (await this.#take()) return true;
    this.#room.composer.putBack(text);
    return false;
  }

  /** Replies written under another claim are not sent: they go back to where they can be read and decided on. */
  holdStale() {
    const room = this.#room;
    const isStale = (item) => item.type === "send" && !item.held && (!this.isMine || item.claim !== this.claim);
    for (const item of room.outbox.items.filter(isStale).reverse()) {
      if (room.composer.putBack(item.text)) {
        room.outbox.remove(item.client_id);
        room.transcript.removeUnsent(item.client_id);
        this.#isLost = true;
      } else {
        room.outbox.hold(item.client_id);
        room.offerAgain(item, "Not sent: your claim had ended.");
      }
    }
    this.#showBanners(room, this.isMine);
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
    if (!composer.text.trim()) composer.setKind("message");
    composer.text = composer.text.trim() ? `${composer.text.trimEnd()}\n${text}` : text;
    composer.focus();
  }

  async #take() {
    const room = this.#room;
    this.#isTaking = true;
    try {
      await room.api("PUT", "/claim");
    } catch (error) {
      this.#isTaking = false;
      room.refused(error, error.code === "already_claimed" ? `${error.problem.holder.name} has just claimed it.` : undefined);
      return false;
    }
    this.claim = null;
    this.#isLost = false;
    room.problem(null);
    room.mode = "work";
    const welcomed = new Promise((resolve) => (this.#welcome = resolve));
    room.socket.connect();
    await welcomed;
    this.#isTaking = false;
    room.composer.focus();
    return this.isMine;
  }

  async #reopen() {
    if (await this.#room.attempt(() => this.#room.api("DELETE", "/resolution"))) this.#room.composer.focus();
  }

  async #next() {
    try {
      const conversation = await call("POST", "/claims", "agent");
      location.href = conversation ? `/chat/${conversation.id}/?as=agent` : "/support/agent/";
    } catch (error) {
      this.#room.refused(error);
    }
  }

  #workOn(claim) {
    this.claim = claim.since;
    this.#isLost = false;
    this.#room.mode = "work";
    this.#room.socket.connect();
  }

  /** One banner at most says how things stand: a reply that was not sent matters most. */
  #showBanners({ status }, mine) {
    const room = this.#room;
    const name = this.#holder?.name;
    this.#isLost &&= Boolean(room.composer.text.trim());
    room.banner("lost", this.#isLost);
    room.banner("resolved", status === "resolved" && !this.#isLost);
    room.banner("held", Boolean(name) && !mine && !this.#isLost);
    if (this.#isLost) {
      room.part("lost-why").textContent =
        status === "resolved" ? "This was resolved meanwhile." : name ? `${name} holds this conversation now.` : "Your claim has ended.";
      room.action("claim-again").hidden = Boolean(name) || status === "resolved";
    }
    room.part("held-by").textContent = name && !mine ? `Held by ${name}` : "";
    room.part("held-since").textContent = room.claimedBy
      ? ` since ${new Date(room.claimedBy.since).toLocaleTimeString([], { timeStyle: "short" })}`
      : "";
  }

  #showWaiting(since) {
    this.#waitingSince = since;
    const part = document.querySelector('[data-part="waiting"]');
    if (since === null) {
      part.textContent = "no";
      return;
    }
    const time = document.createElement("time");
    time.dateTime = since;
    time.dataset.as = "waiting";
    part.replaceChildren(time);
    localise(part);
  }

  #lose(warn = true) {
    const { composer } = this.#room;
    this.claim = null;
    this.#room.mode = "view";
    if (warn && composer.kind === "message" && composer.text.trim()) this.#isLost = true;
  }

  #saveAsNote() {
    const { composer, outbox } = this.#room;
    const text = composer.text;
    if (text.trim()) this.#room.post(outbox.add("note", text));
    composer.text = "";
    this.#showBanners(this.#room, this.isMine);
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
