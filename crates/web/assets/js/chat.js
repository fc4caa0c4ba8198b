// The conversation, live: one element for both roles; what only agents have is in agent-desk.js.
import { call } from "./api.js";
import { Composer } from "./composer.js";
import { Outbox } from "./outbox.js";
import { CustomerSide } from "./customer-side.js";
import { agents } from "./roles.js";
import { Socket } from "./socket.js";
import { say } from "./texts.js";
import { Transcript } from "./transcript.js";

const TYPING_FADES = 7_000;
const UNDO_WINDOW = 30_000;
const OFFLINE_AFTER = 1_000;
const AGAIN_AFTER = 1_000;
const AGAIN_WITHIN = 4_000;

/** Refusals that pass by themselves, and what stands under a message meanwhile. */
const PASSING = {
  rate_limited: say("chat-waiting-to-send"),
  overloaded: say("chat-server-busy"),
  unavailable: say("chat-server-in-trouble"),
};

const STATUS_WORDS = {
  customer: { open: say("status-waiting"), snoozed: say("status-waiting"), ongoing: say("status-ongoing"), resolved: say("status-resolved") },
  agent: { open: say("status-open"), snoozed: say("status-snoozed"), ongoing: say("status-ongoing"), resolved: say("status-resolved") },
};

class ChatRoom extends HTMLElement {
  connectedCallback() {
    const { id, viewer, agentId, mode, lastSeq, rev, lastNoteSeq, status } = this.dataset;
    const whose = [viewer, agentId, id].filter(Boolean).join(":");
    Object.assign(this, { conversationId: id, viewer, mode, status });
    this.lastSeq = Number(lastSeq);
    this.rev = Number(rev);
    this.lastNoteSeq = Number(lastNoteSeq);
    this.welcomeSeq = 0;
    this.seenSent = 0;
    this.notesSeen = this.lastNoteSeq;
    this.unread = 0;
    this.leaving = new AbortController();
    this.pageTitle = document.title;

    this.transcript = new Transcript(this);
    this.composer = new Composer(this.querySelector(".composer"), whose);
    this.outbox = new Outbox(whose);
    this.socket = new Socket(() => this.address());
    this.desk = viewer === "agent" ? new agents.Desk(this) : null;
    this.side = viewer === "customer" ? new CustomerSide(this) : null;

    this.#showWhatIsUnsent();
    this.#listen();
    this.transcript.toEnd();
    this.showMessage(location.hash);
    this.socket.connect();
  }

  disconnectedCallback() {
    this.leaving.abort();
    this.composer.leave();
    this.desk?.leave();
    this.socket.end();
    clearTimeout(this.offlineTimer);
    clearTimeout(this.flushTimer);
  }

  /** Scrolls to the message that the end of an address names. */
  showMessage(hash) {
    if (/^#[mn]\d+$/.test(hash)) document.getElementById(hash.slice(1))?.scrollIntoView();
  }

  async address() {
    await this.desk?.beforeConnecting();
    const query = new URLSearchParams({ after: this.lastSeq, rev: this.rev, as: this.viewer, html: 1 });
    if (this.desk) {
      query.set("notes_after", this.lastNoteSeq);
      query.set("mode", this.mode);
    }
    return `/ws/chat/${this.conversationId}/?${query}`;
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  banner(name, shown) {
    this.querySelector(`[data-banner="${name}"]`)?.toggleAttribute("hidden", !shown);
  }

  action(name) {
    return this.querySelector(`[data-action="${name}"]`);
  }

  /** Everything that was committed before this connection is on the page. */
  get isCaughtUp() {
    return this.lastSeq >= this.welcomeSeq;
  }

  api(method, path = "", body) {
    return call(method, `/conversations/${this.conversationId}${path}`, this.viewer, body);
  }

  post(item) {
    this.transcript.putUnsent(item, this.dataset.viewerName);
    this.transcript.toEnd();
    // What is refused for now goes first, in its order.
    if (this.outbox.isPaused) this.transcript.markUnsent(item.client_id, { text: PASSING.rate_limited });
    else if (!this.#transmit(item)) this.#markWaiting(item);
  }

  /** Sends again, with their first `client_id`, what has no answer yet. */
  flush() {
    if (!this.isCaughtUp || !this.socket.isOpen) return;
    this.desk?.holdStale();
    for (const item of this.outbox.ready) this.#transmit(item);
  }

  #listen() {
    this.composer.addEventListener("submit", ({ detail }) => this.#submit(detail));
    this.composer.addEventListener("typing", ({ detail }) => this.socket.send({ type: "typing", on: detail }));
    this.socket.addEventListener("frame", ({ detail }) => this.#receive(detail));
    this.socket.addEventListener("down", () => this.#down());
    this.socket.addEventListener("closed", ({ detail }) => this.#closed(detail));
    const scroller = this.querySelector(".scroller");
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.querySelector(".newer button").addEventListener("click", () => this.transcript.toEnd());
    this.querySelector(".transcript").addEventListener("click", (event) => {
      const link = event.target.closest(".earlier a");
      if (link) {
        event.preventDefault();
        this.#loadEarlier(link);
      }
    });
    const { signal } = this.leaving;
    document.addEventListener("visibilitychange", () => this.#see(), { signal });
    addEventListener("focus", () => this.#see(), { signal });
    this.action("undo").addEventListener("click", () => this.attempt(() => this.api("DELETE", "/resolution")));
  }

  async #submit({ type, text }) {
    if (type === "send" && this.desk && !(await this.desk.readyToReply(text))) return;
    this.post(this.outbox.add(type, text, this.desk?.claim ?? null));
  }

  #transmit({ type, client_id, text }) {
    return this.isCaughtUp && this.socket.send({ type, client_id, text });
  }

  #markWaiting(item) {
    this.transcript.markUnsent(item.client_id, { text: say("chat-unsent-offline") });
  }

  #showWhatIsUnsent() {
    for (const item of [...this.outbox.items]) {
      if (this.transcript.has(item.client_id)) this.outbox.remove(item.client_id);
      else this.transcript.putUnsent(item, this.dataset.viewerName);
    }
  }

  #receive(frame) {
    this.#on[frame.type]?.(frame);
  }

  #on = {
    welcome: (frame) => {
      this.welcomeSeq = frame.last_seq;
      // Each connection tells anew what was seen: told while only looking on, it did not count.
      this.seenSent = 0;
      clearTimeout(this.offlineTimer);
      this.offlineTimer = null;
      this.banner("offline", false);
      this.problem(null);
      this.desk?.welcomed(frame);
      this.#setConversation(frame.conversation);
      this.flush();
      this.#see();
    },
    message: ({ message, html }) => {
      const isOwn = message.author.role === this.viewer;
      const follow = this.transcript.isAtEnd || this.outbox.find(message.client_id);
      this.outbox.remove(message.client_id);
      this.transcript.put(html);
      this.lastSeq = Math.max(this.lastSeq, message.seq);
      if (follow) this.transcript.toEnd();
      else this.querySelector(".newer").hidden = isOwn;
      if (message.seq > this.welcomeSeq) this.desk?.heard(message);
      if (!isOwn) this.#arrived();
      if (this.lastSeq === this.welcomeSeq) this.flush();
    },
    message_changed: ({ message, html }) => {
      this.rev = Math.max(this.rev, message.rev);
      this.transcript.put(html);
    },
    note: ({ note, html }) => {
      const follow = this.transcript.isAtEnd;
      this.lastNoteSeq = Math.max(this.lastNoteSeq, note.note_seq);
      if (note.client_id) this.outbox.remove(note.client_id);
      this.transcript.put(html);
      if (follow) this.transcript.toEnd();
      this.#see();
    },
    ack: ({ client_id }) => {
      this.outbox.remove(client_id);
      this.transcript.markUnsent(client_id, { text: say("chat-sent") });
    },
    rejected: (frame) => this.#rejected(frame),
    typing: ({ role, name, on }) => {
      if (role === this.viewer) return;
      this.#showTyping(on ? name : null);
    },
    presence: ({ online }) => this.desk?.present(online),
    seen: ({ role, seq }) => {
      if (role === this.viewer) return;
      this.transcript.setSeen(seq);
    },
    conversation: ({ conversation }) => this.#setConversation(conversation),
    suggestions: ({ items }) => this.desk?.suggest(items),
    queue: (frame) => this.side?.place(frame),
  };

  #rejected(frame) {
    if (!frame.client_id) {
      this.desk?.refused(frame);
      return;
    }
    const item = this.outbox.find(frame.client_id);
    if (!item) return;
    if (frame.code in PASSING) {
      this.transcript.markUnsent(item.client_id, { text: PASSING[frame.code] });
      this.#flushLater(frame.retry_after_ms);
    } else if (this.desk && item.type === "send" && ["claim_lost", "not_claimed"].includes(frame.code)) {
      this.outbox.hold(item.client_id);
      this.desk.showLost();
    } else {
      this.outbox.hold(item.client_id);
      this.offerAgain(item, say("chat-refused"));
    }
  }

  // However many were refused, they are sent again together, and never before the server asked for them.
  #flushLater(wait = AGAIN_AFTER) {
    this.outbox.pause(wait);
    clearTimeout(this.flushTimer);
    this.flushTimer = setTimeout(() => this.flush(), wait + AGAIN_AFTER + Math.random() * AGAIN_WITHIN);
  }

  offerAgain(item, reason) {
    const again = () => {
      this.outbox.hold(item.client_id, false);
      this.transcript.markUnsent(item.client_id, { text: say("chat-sending") });
      if (!this.#transmit(item)) this.#markWaiting(item);
    };
    const edit = () => {
      this.composer.focus();
      if (!this.composer.putBack(item.text)) return;
      this.outbox.remove(item.client_id);
      this.transcript.removeUnsent(item.client_id);
    };
    this.transcript.markUnsent(item.client_id, {
      text: reason,
      failed: true,
      buttons: [[say("chat-try-again"), again], [say("chat-edit"), edit]],
    });
  }

  #setConversation(conversation) {
    const wasResolved = this.status === "resolved";
    this.status = conversation.status;
    this.claimedBy = conversation.claim;
    const badge = this.part("status");
    badge.dataset.status = this.status;
    badge.textContent = STATUS_WORDS[this.viewer][this.status];
    const isResolved = this.status === "resolved";
    if (isResolved && !wasResolved) this.#showTyping(null);
    if (!isResolved) this.action("undo").hidden = true;
    (this.desk ?? this.side).show(conversation);
  }

  /** Marks it resolved, with half a minute to take it back. */
  async resolve() {
    if (!(await this.attempt(() => this.api("PUT", "/resolution")))) return;
    const undo = this.action("undo");
    undo.hidden = false;
    setTimeout(() => (undo.hidden = true), UNDO_WINDOW);
  }

  /** Runs a REST call whose answer is a conversation; says so when it is refused. */
  async attempt(request) {
    try {
      const answer = await request();
      if (answer?.status) this.#setConversation(answer);
      this.problem(null);
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    }
  }

  /** Says why something was not done. That the server cannot be reached is said once, by one banner. */
  refused(error, words = error.message) {
    if (error.code === "offline" && !this.socket.isOpen) this.#offline();
    else this.problem(words);
  }

  #offline() {
    this.problem(null);
    this.banner("offline", true);
  }

  problem(text) {
    const banner = this.querySelector('[data-banner="problem"]');
    banner.hidden = !text;
    banner.querySelector("p").textContent = text ?? "";
  }

  #showTyping(name) {
    clearTimeout(this.typingTimer);
    const line = this.querySelector(".typing");
    line.classList.toggle("on", Boolean(name));
    line.querySelector(".text").textContent = name ? say("chat-typing", { name }) : "";
    if (name) this.typingTimer = setTimeout(() => this.#showTyping(null), TYPING_FADES);
  }

  #arrived() {
    this.#showTyping(null);
    this.unread += 1;
    this.#see();
    this.#showUnread();
  }

  #see() {
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    this.unread = 0;
    this.#showUnread();
    const isNews = this.lastSeq > this.seenSent || this.lastNoteSeq > this.notesSeen;
    if (isNews && this.socket.send({ type: "seen", seq: this.lastSeq })) {
      [this.seenSent, this.notesSeen] = [this.lastSeq, this.lastNoteSeq];
    }
  }

  // An agent's page counts all their conversations.
  #showUnread() {
    if (!this.desk) document.title = this.unread ? `(${this.unread}) ${this.pageTitle}` : this.pageTitle;
  }

  #scrolled() {
    if (this.transcript.isAtEnd) this.querySelector(".newer").hidden = true;
    const earlier = this.querySelector(".earlier a");
    if (earlier && this.querySelector(".scroller").scrollTop < 80) this.#loadEarlier(earlier);
  }

  async #loadEarlier(link) {
    if (link.dataset.loading) return;
    link.dataset.loading = "yes";
    try {
      const query = new URLSearchParams({ as: this.viewer, before: link.dataset.before });
      const response = await fetch(`/chat/${this.conversationId}/earlier/?${query}`);
      if (!response.ok) throw new Error();
      this.transcript.prepend(await response.text());
    } catch {
      delete link.dataset.loading;
      link.textContent = say("chat-earlier-failed");
    }
  }

  #down() {
    // A break shorter than this is nobody's business.
    this.offlineTimer ??= setTimeout(() => this.#offline(), OFFLINE_AFTER);
    this.#showTyping(null);
    for (const item of this.outbox.ready) this.#markWaiting(item);
  }

  #closed(code) {
    clearTimeout(this.offlineTimer);
    this.banner("offline", false);
    if (code === 4000 && this.desk) this.desk.readAlong();
    else if (code === 4001 && this.desk) this.problem(say("chat-signed-out"));
    else this.#gone();
  }

  /** It was erased, or is another's by now: nothing that stands here is true any more. */
  #gone() {
    this.dataset.gone = "";
    this.querySelector("h1").textContent = say("chat-gone-heading");
    this.querySelector(".transcript").replaceChildren();
    this.composer.end();
    this.desk?.gone();
    this.problem(say("chat-gone"));
  }
}

customElements.define("chat-room", ChatRoom);
