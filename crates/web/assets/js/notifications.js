// What reaches an agent who looks elsewhere: the number before the page's title, a desktop notification, a short tone.
// What they want of it the server keeps for them; whether desktop notifications may show is up to each browser.
import { say } from "./agent-texts.js";

const TONES = [[660, 0], [880, 0.11]];
const QUIET_FOR = 1_500;
/** What the server tells of, in words. */
const NEWS = {
  message: ({ customer }) => say("news-message", { customer }),
  warned: ({ customer }) => say("news-warned", { customer }),
  handed_over: ({ customer }) => say("news-handed-over", { customer }),
  mentioned: ({ customer, by }) => say("news-mentioned", { customer, agent: by }),
};

export class Notifications {
  #wanted = new Set();
  #dialog = document.querySelector('[data-part="settings"]');
  #audio = null;
  #soundedAt = 0;
  #unread = 0;
  #title;
  #open;

  /** `open` opens a conversation by its id. */
  constructor(open) {
    this.#open = open;
    this.title = document.title;
    document.querySelector('[data-action="settings"]').addEventListener("click", () => this.#showSettings());
    this.#dialog.addEventListener("change", ({ target }) => this.#set(target));
  }

  /** The page's title without the number. */
  set title(title) {
    this.#title = title;
    this.#count();
  }

  /** In so many of the agent's conversations something is unread, or they are new to them; the same number on each of their pages. */
  set unread(unread) {
    this.#unread = unread;
    this.#count();
  }

  /** What the agent wants to be told of, and how: names by spaces. */
  set wanted(names) {
    this.#wanted = new Set(names.split(" "));
  }

  /** Hears of something for this agent. Who sees it happen is not told. */
  hear(news, isOpenHere) {
    this.#tell(NEWS[news.kind](news), news.conversation, isOpenHere);
  }

  /** The queue grew. */
  tellWaiting() {
    if (this.#wanted.has("queue")) this.#tell(say("inbox-somebody-waits"), null, false);
  }

  #tell(text, conversation, isOpenHere) {
    if (isOpenHere && document.visibilityState === "visible" && document.hasFocus()) return;
    if (this.#wanted.has("sound")) this.#sound();
    if (this.#wanted.has("desktop") && this.#permission === "granted") this.#show(text, conversation);
  }

  get #permission() {
    return globalThis.Notification?.permission ?? "denied";
  }

  #show(text, conversation) {
    try {
      // One conversation has one notification, however much is written in it and however many pages are open.
      const shown = new Notification(text, { tag: conversation ?? "queue", icon: document.querySelector("link[rel=icon]").href });
      shown.addEventListener("click", () => {
        window.focus();
        shown.close();
        if (conversation) this.#open(conversation);
      });
    } catch {
      // Browsers on phones have them only for installed pages.
    }
  }

  #count() {
    document.title = this.#unread ? `(${this.#unread}) ${this.#title}` : this.#title;
  }

  #showSettings() {
    for (const box of this.#dialog.querySelectorAll("[type=checkbox]")) box.checked = this.#wanted.has(box.name);
    // In a browser that was not asked yet, ticking it asks.
    const desktop = this.#dialog.querySelector("[name=desktop]");
    desktop.checked &&= this.#permission === "granted";
    this.#showHint("denied", this.#permission === "denied");
    this.#showHint("unkept", false);
    this.#dialog.showModal();
  }

  async #set(box) {
    if (box.name === "desktop" && box.checked && (await globalThis.Notification?.requestPermission()) !== "granted") {
      box.checked = false;
      this.#showHint("denied", true);
      return;
    }
    if (box.name === "sound" && box.checked) this.#sound();
    const wanted = new Set(this.#wanted);
    wanted[box.checked ? "add" : "delete"](box.name);
    const isKept = await keep(wanted);
    if (isKept) this.#wanted = wanted;
    else box.checked = !box.checked;
    this.#showHint("unkept", !isKept);
  }

  #showHint(part, shown) {
    this.#dialog.querySelector(`[data-part="${part}"]`).hidden = !shown;
  }

  #sound() {
    if (Date.now() - this.#soundedAt < QUIET_FOR) return;
    this.#soundedAt = Date.now();
    this.#audio ??= new AudioContext();
    for (const [pitch, after] of TONES) {
      const at = this.#audio.currentTime + after;
      const [tone, volume] = [this.#audio.createOscillator(), this.#audio.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.15, at + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
      tone.connect(volume).connect(this.#audio.destination);
      tone.start(at);
      tone.stop(at + 0.22);
    }
  }
}

async function keep(wanted) {
  const body = new URLSearchParams([...wanted].filter(Boolean).map((name) => [name, "on"]));
  try {
    return (await fetch("/support/agent/notifications/", { method: "POST", body })).ok;
  } catch {
    return false;
  }
}
