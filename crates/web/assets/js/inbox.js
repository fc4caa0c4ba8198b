// The inbox, live: says when something changed, and the server's own list replaces the one shown.
import { say } from "./agent-texts.js";
import { call } from "./api.js";
import { glide } from "./moves.js";
import { Socket } from "./socket.js";
import { deleteView, saveView } from "./saved-views.js";
import { localise, setClock } from "./times.js";
import { fragment } from "./trusted.js";

const TYPING_PAUSE = 150;
const AT_MOST_EVERY = 1_000;
const POINTER_RESTS = 1_500;
const OFFLINE_AFTER = 1_000;
const AGAIN_WITHIN = 5_000;
// Longer than any node shows several agents what it read for one of them: the node asked need not be the one that told.
const SETTLED_AFTER = 6_000;

class InboxList extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector('[data-part="list"]');
    this.search = this.querySelector("input");
    this.lastRenewal = 0;
    this.pointerAt = 0;
    this.pages = 1;
    this.socket = new Socket(() => "/ws/agent/");
    this.socket.addEventListener("open", () => this.#online(true));
    this.socket.addEventListener("down", () => this.#online(false));
    this.socket.addEventListener("closed", () => location.reload());
    this.socket.addEventListener("frame", ({ detail }) => this.#hear(detail));
    this.search.addEventListener("input", () => this.#searchSoon());
    this.addEventListener("pointermove", (event) => {
      if (event.target.closest(".rows, .facets")) this.pointerAt = Date.now();
    });
    // Only of what clicks: a menu or another window may take the release away, and the list has to be renewed all the same.
    this.addEventListener("pointerdown", ({ button, ctrlKey }) => {
      if (button === 0 && !ctrlKey) this.press ??= Promise.withResolvers();
    });
    for (const end of ["pointerup", "pointercancel", "contextmenu", "blur"]) {
      addEventListener(end, () => setTimeout(() => this.#release()));
    }
    addEventListener("pointermove", ({ buttons }) => buttons || this.#release());
    this.addEventListener("click", (event) => {
      const more = event.target.closest('[data-action="more"]');
      if (more) {
        event.preventDefault();
        this.#more(more);
      } else if (event.target.closest('[data-action="next"]')) {
        this.next();
      } else {
        this.#changeViews(event.target);
      }
    });
    document.addEventListener("visibilitychange", () => this.stale && this.#renewSoon());
    // On small screens the views are one line: where one is stays in sight.
    this.querySelector('.facets [aria-current="true"]')?.scrollIntoView({ block: "nearest", inline: "center" });
    this.socket.connect();
  }

  #hear(frame) {
    if (frame.type === "pong") return;
    this.dispatchEvent(new CustomEvent("news", { detail: frame }));
    if (frame.type === "facets") this.#hearOfQueue(frame.facets);
    this.#renewSoon();
    clearTimeout(this.settledTimer);
    this.settledTimer = setTimeout(() => this.#renewSoon(), SETTLED_AFTER);
  }

  #hearOfQueue({ status }) {
    const waiting = status.find(({ value }) => value === "open")?.count ?? 0;
    if (waiting > (this.waiting ?? waiting)) this.dispatchEvent(new Event("waiting"));
    this.waiting = waiting;
  }

  async #changeViews(target) {
    const button = target.closest("[data-action]");
    const tell = (words) => this.say(words);
    if (button?.dataset.action === "save-view" && (await saveView(button.dataset.parameters, tell))) this.#renew();
    if (button?.dataset.action === "delete-view" && (await deleteView(button.dataset.view, tell))) this.#renew();
  }

  /** In how many of the agent's conversations something is unread. */
  get unread() {
    return Number(this.querySelector(".results").dataset.unread);
  }

  /** What the agent wants to be told of, and how: names by spaces. */
  get notify() {
    return this.querySelector(".results").dataset.notify;
  }

  /** The views, for the palette. */
  get views() {
    const links = [...this.querySelectorAll(".facet:not(.mentions, .handed-over)")][0]?.querySelectorAll("a") ?? [];
    return [...links].map((link) => ({ title: say("palette-view", { view: link.firstElementChild.textContent }), act: () => link.click() }));
  }

  #online(isOnline) {
    if (isOnline) {
      clearTimeout(this.offlineTimer);
      this.offlineTimer = null;
      document.getElementById("offline").hidden = true;
      this.say(null);
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
      const query = new URLSearchParams(location.search);
      if (this.search.value.trim()) query.set("q", this.search.value);
      else query.delete("q");
      for (const name of ["as", "mode", "before", "cursor"]) query.delete(name);
      this.dispatchEvent(new CustomEvent("list", { bubbles: true, detail: query.size ? `?${query}` : "" }));
    }, TYPING_PAUSE);
  }

  /** Lists what the address says now. */
  follow() {
    const words = new URLSearchParams(location.search).get("q") ?? "";
    if (document.activeElement !== this.search) this.search.value = words;
    this.pages = 1;
    this.querySelector(".results").scrollTop = 0;
    return this.#renew();
  }

  /** Marks the conversation that is open. */
  mark(id) {
    this.querySelector('.row[aria-current]')?.removeAttribute("aria-current");
    this.#row(id)?.setAttribute("aria-current", "true");
  }

  focusOn(id) {
    this.#row(id)?.focus();
  }

  #row(id) {
    return id && this.querySelector(`[data-id="${CSS.escape(id)}"] .row`);
  }

  /** Until what is pressed was clicked: a link that moves away, or makes way for its like, is not. */
  get released() {
    return this.press?.promise;
  }

  #release() {
    this.press?.resolve();
    this.press = null;
  }

  // Nothing moves under the pointer, and a burst of changes is one renewal.
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

  /** Whether it could be renewed; nothing when a later renewal overtook this one. */
  async #renew() {
    this.lastRenewal = Date.now();
    this.stale = false;
    this.request?.abort();
    this.request = new AbortController();
    try {
      const { signal } = this.request;
      const content = await this.#page(location.search, signal);
      for (let page = 1; page < this.pages && moreOf(content); page += 1) {
        append(content, await this.#page(moreOf(content).search, signal));
      }
      await this.released;
      signal.throwIfAborted();
      this.#show(content);
      this.say(null);
      document.getElementById("offline").hidden = this.socket.isOpen;
      return true;
    } catch (error) {
      if (error.name === "AbortError") return null;
      this.stale = true;
      this.#sayUnsearched();
      // Without a connection, the next one renews it.
      if (this.socket.isOpen) setTimeout(() => this.stale && this.#renewSoon(), Math.random() * AGAIN_WITHIN);
      return false;
    }
  }

  async #page(search, signal) {
    const response = await fetch(`/support/agent/list/${search}`, { signal });
    if (!response.ok) throw new Error();
    setClock(response);
    return fragment(await response.text());
  }

  /** One page more: the whole list is renewed with it, so that no renewal already under way shows it shorter again. */
  async #more(link) {
    link.setAttribute("aria-disabled", "true");
    const shown = this.querySelectorAll(".row").length;
    this.pages += 1;
    const isThere = await this.#renew();
    if (isThere) {
      this.querySelectorAll(".row")[shown]?.focus({ preventScroll: true });
    } else if (isThere === false) {
      this.pages -= 1;
      link.removeAttribute("aria-disabled");
      this.say(say("inbox-more-failed"));
    }
  }

  /** Says what went wrong, until something goes right. */
  say(problem) {
    const banner = document.getElementById("problem");
    banner.hidden = !problem;
    banner.firstElementChild.textContent = problem ?? "";
  }

  /** What is listed is not what was searched for: it goes, until it can be searched. */
  #sayUnsearched() {
    const words = this.search.value.trim();
    if (words === (this.searched ?? this.search.defaultValue.trim())) return;
    this.querySelector("#list-title").textContent = words ? say("list-found") : say("list-conversations");
    this.querySelector(".total").textContent = say("inbox-not-loaded");
    this.querySelector(".results").querySelectorAll(".rows, .more, .empty").forEach((part) => part.remove());
    this.searched = null;
  }

  #show(content) {
    const known = new Set([...this.querySelectorAll(".rows [data-id]")].map((row) => row.dataset.id));
    const focused = document.activeElement?.closest?.("[data-id]")?.dataset.id;
    for (const row of content.querySelectorAll(".rows [data-id]")) {
      if (known.size && !known.has(row.dataset.id)) row.classList.add("arrived");
    }
    localise(content);
    const places = [".facets", ".results"].map((part) => {
      const { scrollLeft, scrollTop } = this.querySelector(part);
      return [part, { scrollLeft, scrollTop }];
    });
    glide(
      () => [...this.querySelectorAll(".rows > li")],
      () => {
        this.list.replaceChildren(content);
        for (const [part, place] of places) Object.assign(this.querySelector(part), place);
      },
    );
    this.searched = new URLSearchParams(location.search).get("q")?.trim() ?? "";
    if (focused) this.#row(focused)?.focus({ preventScroll: true });
    this.dispatchEvent(new Event("renewed"));
  }

  /** Claims the first of the queue and opens it. */
  async next() {
    const button = this.querySelector('[data-action="next"]');
    button.disabled = true;
    try {
      const conversation = await call("POST", "/claims", "agent");
      if (conversation) this.dispatchEvent(new CustomEvent("open", { bubbles: true, detail: conversation.id }));
      else this.say(say("inbox-nobody-waits-any-more"));
    } catch (error) {
      button.disabled = false;
      this.say(error.message);
    }
  }

  /** Goes so many rows on, from the one in focus or else the one that is open. */
  move(step) {
    const rows = [...this.querySelectorAll(".row")];
    const from = rows.includes(document.activeElement) ? document.activeElement : this.querySelector(".row[aria-current]");
    const at = rows.indexOf(from);
    rows[Math.min(rows.length - 1, Math.max(0, at === -1 && step < 0 ? 0 : at + step))]?.focus();
  }
}

function moreOf(content) {
  return content.querySelector('[data-action="more"]');
}

/** Rows that moved between two pages meanwhile stand once. */
function append(content, next) {
  for (const item of next.querySelectorAll(".rows > li")) {
    if (!content.querySelector(`[data-id="${item.dataset.id}"]`)) content.querySelector(".rows").append(item);
  }
  const more = moreOf(next);
  if (more) moreOf(content).replaceWith(more);
  else moreOf(content).remove();
}

customElements.define("inbox-list", InboxList);
