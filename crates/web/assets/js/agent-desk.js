// What an agent's conversation has beyond the customer's: claim, suggestions, notes, and what to do when the claim is
// lost: unsent text stays, and is never sent by itself.
import { say } from "./agent-texts.js";
import { call } from "./api.js";
import { askColleague } from "./colleagues.js";
import { CustomerPanel } from "./customer-panel.js";
import { Guard } from "./guard.js";
import { OwnMessages } from "./own-messages.js";
import { agents } from "./roles.js";
import { Similar } from "./similar.js";
import { askUntil } from "./snooze.js";
import { Suggestions } from "./suggestions.js";
import { Tags } from "./tags.js";

/** Which key presses which button. */
const KEYS = { c: "claim", e: "resolve", s: "snooze", h: "hand-over" };

const ACTIONS = {
  claim: say("palette-claim"),
  "take-over": say("palette-take-over"),
  resolve: say("palette-resolve"),
  snooze: say("palette-snooze"),
  "hand-over": say("palette-hand-over"),
  release: say("palette-release"),
  reopen: say("palette-reopen"),
};

export class AgentDesk {
  #room;
  #me;
  /** When the claim this page works under began: it names the claim. Null without one. */
  claim = null;
  #holder = null;
  #waitingSince = null;
  #panel;
  #tags;
  #guard;
  #own;
  #similar;
  #suggestions;
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
    on("take-over", () => this.#takeOver());
    on("hand-over", () => this.#handOver());
    on("snooze", () => this.#snooze());
    on("stay", () => this.#room.attempt(() => this.#room.api("PUT", "/claim")));
    on("release", () => this.#room.attempt(() => this.#room.api("DELETE", "/claim")));
    on("resolve", () => this.#room.resolve());
    on("reopen", () => this.#reopen());
    on("next", () => this.#next());
    on("copy", () => navigator.clipboard.writeText(this.#room.composer.text));
    on("save-as-note", () => this.#saveAsNote());
    this.#panel = new CustomerPanel(room);
    this.#tags = new Tags(room);
    this.#guard = new Guard(room);
    this.#own = new OwnMessages(room);
    this.#similar = new Similar(room);
    this.#suggestions = new Suggestions(room);
    room.composer.desk = this;
    this.typed(room.composer.kind, room.composer.text);
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
    room.part("holder").replaceChildren(...this.#standing(conversation, mine));
    this.#showBanners(conversation, mine);
    this.#showIdle(mine ? claim.returns_at : null);
    room.action("claim").hidden = !free;
    for (const name of ["snooze", "hand-over", "release", "resolve"]) room.action(name).hidden = !mine;
    room.action("take-over").hidden = !("administrator" in room.dataset) || mine || !claim;
    room.action("reopen").hidden = status !== "resolved";
    room.composer.allowReplies(mine || free, claim ? heldBy(claim.agent) : say("agent-reopen-to-reply"));
    this.#similar.allow(mine || free);
    this.#suggestions.allow(mine || free);
    this.#showWaiting(status === "resolved" ? null : conversation.waiting_since);
    this.#panel.showUrgency(conversation.urgency);
    this.#tags.show(conversation.tags);
  }

  /** A message that came after the conversation was last shown. */
  heard({ author, created_at: at, seq }) {
    this.#showWaiting(author.role === "agent" ? null : this.#waitingSince ?? at);
    if (author.role === "customer") {
      this.#guard.heard(seq);
    }
  }

  /** The customer came (true) or left (false); null when it cannot be said. */
  present(online) {
    this.#panel.showPresence(online);
  }

  /** The conversation is not there any more, and nothing can be done with it. */
  gone() {
    this.#panel.clear();
    for (const button of this.#room.querySelectorAll("[data-action]:not(.back)")) button.hidden = true;
    this.#room.dispatchEvent(new Event("gone", { bubbles: true }));
  }

  leave() {
    this.#panel.leave();
  }

  /** The composer holds this now. */
  typed(kind, text) {
    this.#guard.typed(kind, text);
  }

  /** Whether what is written may be sent at this moment. */
  lets(kind) {
    return kind === "note" || this.#guard.lets(this.#room.querySelector("h1").textContent);
  }

  /** A key that means more than itself: `/` in an empty reply, `@` before a word of a note, Alt and a digit. True when it was taken. */
  takes({ key, code, altKey }, kind, text) {
    const digit = altKey && code.match(/^Digit([1-3])$/)?.[1];
    if (digit) this.#suggestions.take(digit);
    else if (key === "/" && kind === "message" && !text) this.#suggestions.pick(key);
    else if (key === "@" && kind === "note" && this.#room.composer.isAtWordStart) this.#mention();
    else if (key === "ArrowUp" && kind === "message" && !text) return this.#own.editLast();
    else return false;
    return true;
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
        room.offerAgain(item, say("agent-unsent-claim-ended"));
      }
    }
    this.#showBanners(room, this.isMine);
  }

  showLost() {
    this.#lose();
    this.holdStale();
  }

  /** A frame was refused as a whole: another agent holds it. */
  refused({ code, holder }) {
    if (code !== "already_claimed") this.#room.problem(say("chat-refused"));
    else this.#holder = holder;
  }

  /** The work socket was closed because another agent holds it: look on. */
  readAlong() {
    this.#room.mode = "view";
    this.#room.socket.connect();
  }

  suggest(items) {
    this.#suggestions.show(items);
  }

  async #take() {
    const room = this.#room;
    this.#isTaking = true;
    try {
      await room.api("PUT", "/claim");
    } catch (error) {
      this.#isTaking = false;
      room.refused(error, error.code === "already_claimed" ? say("agent-just-claimed", { agent: error.problem.holder.name }) : undefined);
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

  async #mention() {
    const { composer } = this.#room;
    // It stands there while somebody is chosen: a note that holds something stays a note, and the place is known.
    const at = composer.insert("@");
    const { chosen, typed } = await askColleague(say("agent-mention"), say("agent-mention-placeholder"));
    composer.replace(at, chosen ? `@${chosen.name} ` : `@${typed}`);
  }

  /** An administrator takes it from whoever holds it; the audit log says so. */
  async #takeOver() {
    const room = this.#room;
    this.#isTaking = true;
    const isTaken = await room.attempt(() => room.api("PUT", "/claim/holder", { agent_id: this.#me }));
    this.#isTaking = false;
    if (isTaken) await this.#take();
  }

  async #handOver() {
    const { chosen: colleague } = await askColleague(say("agent-hand-over-to"), say("agent-hand-over-to-placeholder"));
    if (!colleague) return;
    await this.#room.attempt(() => this.#room.api("PUT", "/claim/holder", { agent_id: colleague.id }));
  }

  async #snooze() {
    const until = await askUntil();
    if (until) await this.#room.attempt(() => this.#room.api("PUT", "/snooze", { until: until.toISOString() }));
  }

  // Who holds it, or until when nobody does.
  #standing({ claim, snoozed_until: until }, mine) {
    if (claim) return [mine ? say("agent-yours") : heldBy(claim.agent)];
    if (!until) return [];
    const time = document.createElement("time");
    time.dateTime = until;
    time.dataset.as = "moment";
    time.textContent = new Date(until).toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    return [`${say("agent-until")} `, time];
  }

  async #reopen() {
    if (await this.#room.attempt(() => this.#room.api("DELETE", "/resolution"))) this.#room.composer.focus();
  }

  async #next() {
    try {
      const conversation = await call("POST", "/claims", "agent");
      if (conversation) this.#room.dispatchEvent(new CustomEvent("open", { bubbles: true, detail: conversation.id }));
      else this.#room.problem(say("inbox-nobody-waits-any-more"));
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
        status === "resolved" ? say("agent-lost-resolved") : name ? say("agent-lost-to", { agent: name }) : say("agent-lost");
      room.action("claim-again").hidden = Boolean(name) || status === "resolved";
    }
    room.part("held-by").textContent = name && !mine ? heldBy(this.#holder) : "";
    room.part("held-since").textContent = room.claimedBy
      ? ` ${say("agent-since", { time: new Date(room.claimedBy.since).toLocaleTimeString([], { timeStyle: "short" }) })}`
      : "";
  }

  /** The customer waits, nothing is done for them, and the claim ends at this time unless something is (C3). */
  #showIdle(returnsAt) {
    this.#room.banner("idle", Boolean(returnsAt));
    if (!returnsAt) return;
    const time = this.#room.part("returns-at");
    time.dateTime = returnsAt;
    time.textContent = new Date(returnsAt).toLocaleTimeString([], { timeStyle: "medium" });
  }

  #showWaiting(since) {
    this.#waitingSince = since;
    this.#panel.showWaiting(since);
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

  /** Does what a key pressed outside of text means here; false when nothing. */
  key({ key }) {
    const { composer } = this.#room;
    if ("gone" in this.#room.dataset) return false;
    const action = KEYS[key];
    if (action && !this.#room.action(action).hidden) this.#room.action(action).click();
    else if (/^[1-3]$/.test(key)) this.#suggestions.take(key);
    else if (key === "r" || key === "n") composer.choose(key === "r" ? "message" : "note");
    else if (key === "t") this.#tags.focus();
    else if (key === "m") this.#similar.open();
    else return key !== "c" && Boolean(action);
    return true;
  }

  /** What can be done with the conversation now, for the palette. */
  get actions() {
    const { composer } = this.#room;
    if ("gone" in this.#room.dataset) return [];
    const buttons = Object.entries(ACTIONS).map(([name, title]) => [this.#room.action(name), title, keyOf(name)]);
    const possible = buttons.filter(([button]) => !button.hidden);
    return [
      ...possible.map(([button, title, keys]) => ({ title, keys, act: () => button.click() })),
      { title: say("agent-reply"), keys: "r", act: () => composer.choose("message") },
      { title: say("palette-note"), keys: "n", act: () => composer.choose("note") },
      { title: say("panel-add-tag"), keys: "t", act: () => this.#tags.focus() },
      { title: say("palette-similar"), keys: "m", act: () => this.#similar.open() },
      { title: say("palette-canned"), keys: "/", act: () => this.#suggestions.pick() },
    ];
  }
}

function heldBy({ name }) {
  return say("agent-held-by", { agent: name });
}

function keyOf(action) {
  return Object.keys(KEYS).find((key) => KEYS[key] === action);
}

agents.Desk = AgentDesk;
