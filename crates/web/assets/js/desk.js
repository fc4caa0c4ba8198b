// The agent's page: opens conversations beside the list, keeps the address and Back right, and knows the keys.
import "./agent-desk.js";
import { say } from "./agent-texts.js";
import "./chat.js";
import { HandedOver } from "./handed-over.js";
import "./inbox.js";
import { isTypingIn } from "./keys.js";
import { Notifications } from "./notifications.js";
import { openPalette } from "./palette.js";
import { localise } from "./times.js";
import { fragment } from "./trusted.js";

const WIDE = matchMedia("(min-width: 64rem)");
const INBOX = "/support/agent/";

class SupportDesk extends HTMLElement {
  connectedCallback() {
    this.panes = this.querySelector('[data-part="panes"]');
    this.list = this.querySelector("inbox-list");
    this.sheet = this.querySelector('[data-part="shortcuts"]');
    this.open = idOf(location);
    this.listed = listOf(location);
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("open", ({ detail }) => this.visit(detail));
    this.addEventListener("gone", () => (this.notifications.title = say("inbox-title")));
    this.addEventListener("list", ({ detail }) => this.showList(detail, { replace: true }));
    this.notifications = new Notifications((id) => this.visit(id));
    this.list.addEventListener("renewed", () => this.#renewed());
    this.handedOver = new HandedOver(this.dataset.agent);
    this.handedOver.addEventListener("change", async () => {
      await this.list.released;
      this.#showHandedOver();
    });
    this.list.addEventListener("news", ({ detail }) => this.#hear(detail));
    this.list.addEventListener("waiting", () => this.notifications.tellWaiting());
    document.querySelector('[data-action="shortcuts"]').addEventListener("click", () => this.sheet.showModal());
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("popstate", () => this.#follow());
    addEventListener("focus", () => this.#see());
    this.#renewed();
  }

  get room() {
    return this.panes.querySelector("chat-room");
  }

  /** Opens a conversation; the list stays as it is. */
  visit(id, hash = "") {
    return this.#go(`/chat/${id}/${withList(this.listed)}${hash}`);
  }

  /** Lists something else; what is open stays so where both have room. */
  showList(search, options) {
    return this.#go(this.open && WIDE.matches ? `/chat/${this.open}/${withList(search)}` : `${INBOX}${search}`, options);
  }

  /** Leaves the conversation; the list stays as it is. */
  close() {
    const left = this.open;
    this.#go(`${INBOX}${this.listed}`);
    this.list.focusOn(left);
  }

  #go(address, { replace = false } = {}) {
    if (replace) history.replaceState(null, "", address);
    else if (new URL(address, location).href !== location.href) history.pushState(null, "", address);
    return this.#follow();
  }

  #hear(frame) {
    this.handedOver.hear(frame);
    this.#see();
    if (frame.type === "notification") this.notifications.hear(frame, frame.conversation === this.open);
  }

  // What is open, and looked at, is not news.
  #see() {
    if (this.open && document.visibilityState === "visible" && document.hasFocus()) this.handedOver.opened(this.open);
  }

  #renewed() {
    this.list.mark(this.open);
    this.notifications.wanted = this.list.notify;
    this.#showHandedOver();
  }

  #showHandedOver() {
    this.handedOver.show(this.list.querySelector(".facets"), (id) => `/chat/${id}/${withList(this.listed)}`);
    this.notifications.unread = this.list.unread + this.handedOver.count;
  }

  // Shows what the address says: after a click as after Back and Forward.
  async #follow() {
    const [open, listed] = [idOf(location), listOf(location)];
    if (listed !== this.listed) {
      this.listed = listed;
      this.list.follow();
    }
    if (open === this.open) return this.room?.showMessage(location.hash);
    this.open = open;
    this.#see();
    this.list.mark(open);
    if (open) await this.#load(open);
    else {
      this.loading?.abort();
      this.#show(null);
    }
  }

  async #load(id) {
    this.loading?.abort();
    this.loading = new AbortController();
    this.panes.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(`/chat/${id}/pane/?as=agent`, { signal: this.loading.signal });
      if (!response.ok) throw new Error(response.status === 404 ? say("inbox-gone") : "");
      this.#show(fragment(await response.text()));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#show(null);
      this.list.say(error.message || say("inbox-not-opened"));
    }
  }

  #show(content) {
    this.panes.removeAttribute("aria-busy");
    if (content) localise(content);
    this.panes.replaceChildren(...(content ? [content] : []));
    this.toggleAttribute("data-open", Boolean(content));
    this.querySelector('[data-part="heading"]').hidden = Boolean(content);
    const name = this.room?.querySelector("h1").textContent;
    this.notifications.title = this.room?.dataset.title ?? say("inbox-title");
    this.querySelector('[data-part="said"]').textContent = name ? say("inbox-opened", { customer: name }) : "";
    // Where the list makes way for the conversation, the reader goes along.
    if (name && !WIDE.matches) this.room.querySelector("h1").focus();
  }

  #click(event) {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (event.target.closest('[data-action="back"]')) {
      event.preventDefault();
      return this.close();
    }
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.origin !== location.origin || event.target.closest(".transcript")) return;
    const url = new URL(link.href);
    if (idOf(url)) this.visit(idOf(url), url.hash);
    else if (url.pathname === INBOX) this.showList(url.search);
    else return;
    event.preventDefault();
  }

  #key(event) {
    if (event.key === "k" && (event.ctrlKey || event.metaKey) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      return this.#palette();
    }
    if (event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    if (isTypingIn(event.target)) {
      if (event.key === "Escape") event.target.blur();
      if (event.key === "ArrowDown" && this.list.contains(event.target)) this.list.move(1);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && (this.room?.desk.key(event) || this.#act(event))) {
      event.preventDefault();
    }
  }

  #palette() {
    const actions = [
      ...(this.room?.desk.actions ?? []),
      { title: say("palette-next"), keys: this.room ? undefined : "c", act: () => this.list.next() },
      ...this.list.views,
      { title: say("palette-search"), keys: "/", act: () => this.list.search.focus() },
      { title: say("replies-heading"), act: () => location.assign("/support/agent/replies/") },
      { title: say("inbox-notifications"), act: () => document.querySelector('[data-action="settings"]').click() },
      { title: say("switch-theme"), act: () => document.querySelector("[data-theme-switch]").click() },
      { title: say("inbox-shortcuts"), keys: "?", act: () => this.sheet.showModal() },
    ];
    return openPalette(actions, (id, hash) => this.visit(id, hash));
  }

  #act({ key, target }) {
    if (key === "/") this.list.search.focus();
    else if (key === "j") this.list.move(1);
    else if (key === "k") this.list.move(-1);
    // The transcript scrolls by its arrow keys.
    else if (key.startsWith("Arrow") && target.closest?.("chat-room, .aside")) return false;
    else if (key === "ArrowDown") this.list.move(1);
    else if (key === "ArrowUp") this.list.move(-1);
    else if (key === "c") this.list.next();
    else if (key === "?") this.sheet.showModal();
    else if (key === "Escape" && this.open) this.close();
    else return false;
    return true;
  }
}

function idOf({ pathname }) {
  return pathname.match(/^\/chat\/([0-9a-f-]{36})\/$/)?.[1] ?? null;
}

/** The parameters that say what is listed, beside whatever is open. */
function listOf({ search }) {
  const query = new URLSearchParams(search);
  for (const name of ["as", "mode", "before"]) query.delete(name);
  return query.size ? `?${query}` : "";
}

function withList(search) {
  return `?as=agent&mode=view${search.replace(/^\?(?=.)/, "&")}`.replace(/\?$/, "");
}

customElements.define("support-desk", SupportDesk);
