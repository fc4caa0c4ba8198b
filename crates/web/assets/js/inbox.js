// The inbox, live: says when something changed, and the server's own list replaces the one shown.
import { call } from "./api.js";
import { isTypingIn } from "./keys.js";
import { Socket } from "./socket.js";
import { localise } from "./times.js";
import { fragment } from "./trusted.js";

const TYPING_PAUSE = 150;
const AT_MOST_EVERY = 1_000;
const POINTER_RESTS = 1_500;
const OFFLINE_AFTER = 1_000;
const AGAIN_WITHIN = 5_000;

class InboxList extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector('[data-part="list"]');
    this.search = this.querySelector("input");
    this.lastRenewal = 0;
    this.pointerAt = 0;
    this.socket = new Socket(() => "/ws/agent/");
    this.socket.addEventListener("open", () => this.#online(true));
    this.socket.addEventListener("down", () => this.#online(false));
    this.socket.addEventListener("closed", () => location.reload());
    this.socket.addEventListener("frame", ({ detail }) => detail.type !== "pong" && this.#renewSoon());
    this.search.addEventListener("input", () => this.#searchSoon());
    this.addEventListener("pointermove", (event) => {
      if (event.target.closest(".rows")) this.pointerAt = Date.now();
    });
    this.addEventListener("click", (event) => event.target.closest('[data-action="next"]') && this.#next());
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.stale && this.#renewSoon());
    this.socket.connect();
  }

  #online(isOnline) {
    if (isOnline) {
      clearTimeout(this.offlineTimer);
      this.offlineTimer = null;
      document.getElementById("offline").hidden = true;
      if (this.wasOffline) this.#renewSoon();
    } else {
      // A break shorter than this is nobody's business.
      this.offlineTimer ??= setTimeout(() => (document.getElementById("offline").hidden = false), OFFLINE_AFTER);
    }
    this.wasOffline = !isOnline;
  }

  #searchSoon() {
    clearTimeout(this.searchTimer);
    this.searchTimer = setTimeout(() => {
      const url = new URL(location.href);
      if (this.search.value.trim()) url.searchParams.set("q", this.search.value);
      else url.searchParams.delete("q");
      url.searchParams.delete("cursor");
      history.replaceState(null, "", url);
      this.#renew();
    }, TYPING_PAUSE);
  }

  // Rows never move under the pointer, and a burst of changes is one renewal.
  #renewSoon() {
    this.stale = true;
    if (this.renewTimer || document.visibilityState !== "visible") return;
    const rest = Math.max(AT_MOST_EVERY - (Date.now() - this.lastRenewal), POINTER_RESTS - (Date.now() - this.pointerAt));
    this.renewTimer = setTimeout(() => {
      this.renewTimer = null;
      if (Date.now() - this.pointerAt < POINTER_RESTS) this.#renewSoon();
      else this.#renew();
    }, Math.max(50, rest));
  }

  async #renew() {
    this.lastRenewal = Date.now();
    this.stale = false;
    this.request?.abort();
    this.request = new AbortController();
    try {
      const response = await fetch(`/support/agent/list/${location.search}`, { signal: this.request.signal });
      if (!response.ok) throw new Error();
      this.#show(fragment(await response.text()));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.stale = true;
      // Without a connection, the next one renews it.
      if (this.socket.isOpen) setTimeout(() => this.stale && this.#renewSoon(), Math.random() * AGAIN_WITHIN);
    }
  }

  #show(content) {
    const known = new Set([...this.querySelectorAll(".rows [data-id]")].map((row) => row.dataset.id));
    const focused = document.activeElement?.closest?.("[data-id]")?.dataset.id;
    for (const row of content.querySelectorAll(".rows [data-id]")) {
      if (known.size && !known.has(row.dataset.id)) row.classList.add("arrived");
    }
    localise(content);
    this.list.replaceChildren(content);
    if (focused) this.querySelector(`[data-id="${focused}"] a`)?.focus({ preventScroll: true });
  }

  async #next() {
    const button = this.querySelector('[data-action="next"]');
    button.disabled = true;
    try {
      const conversation = await call("POST", "/claims", "agent");
      if (conversation) location.href = `/chat/${conversation.id}/?as=agent`;
      else button.textContent = "The queue is empty";
    } catch (error) {
      button.textContent = error.message;
    }
    setTimeout(() => this.#renew(), 2_000);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key !== "k" || event.altKey) return;
    } else if (isTypingIn(event.target)) {
      if (event.key === "ArrowDown" && event.target === this.search) this.#move(1);
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/" || event.key === "k" && (event.ctrlKey || event.metaKey)) this.search.focus();
    else if (event.key === "j" || event.key === "ArrowDown") this.#move(1);
    else if (event.key === "k" || event.key === "ArrowUp") this.#move(-1);
    else if (event.key === "c") this.#next();
    else return;
    event.preventDefault();
  }

  #move(step) {
    const rows = [...this.querySelectorAll(".row")];
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at === -1 && step < 0 ? 0 : at + step))]?.focus();
  }
}

customElements.define("inbox-list", InboxList);
