// What reaches an agent who looks elsewhere: the number before the page's title, a desktop notification, a short tone.
import { say } from "./agent-texts.js";
import { Kept } from "./drafts.js";

const TONES = [[660, 0], [880, 0.11]];
const QUIET_FOR = 1_500;

export class Notifications {
  #kept;
  #dialog = document.querySelector('[data-part="settings"]');
  #audio = null;
  #soundedAt = 0;
  #unread = 0;
  #title;
  #open;

  /** `open` opens a conversation by its id. */
  constructor(agent, open) {
    this.#kept = new Kept(`notifications:${agent}`);
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

  /** In so many of the agent's conversations something is unread; the same number on each of their pages. */
  set unread(unread) {
    this.#unread = unread;
    this.#count();
  }

  /** Something for this agent: `{text, conversation}`. Who sees it happen is not told. */
  tell({ text, conversation }, isOpenHere) {
    if (isOpenHere && document.visibilityState === "visible" && document.hasFocus()) return;
    const { desktop, sound } = this.#settings;
    if (sound) this.#sound();
    if (!desktop || !("Notification" in globalThis) || Notification.permission !== "granted") return;
    this.#show(text, conversation);
  }

  /** The queue grew. */
  tellWaiting() {
    if (this.#settings.queue) this.tell({ text: say("inbox-somebody-waits"), conversation: null }, false);
  }

  get #settings() {
    return { desktop: false, sound: false, queue: false, ...this.#kept.get() };
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
    const settings = this.#settings;
    for (const box of this.#dialog.querySelectorAll("[type=checkbox]")) box.checked = settings[box.name];
    this.#dialog.querySelector('[data-part="denied"]').hidden = globalThis.Notification?.permission !== "denied";
    this.#dialog.showModal();
  }

  async #set(box) {
    if (box.name === "desktop" && box.checked && (await globalThis.Notification?.requestPermission()) !== "granted") {
      box.checked = false;
      this.#dialog.querySelector('[data-part="denied"]').hidden = false;
    }
    if (box.name === "sound" && box.checked) this.#sound();
    this.#kept.set({ ...this.#settings, [box.name]: box.checked });
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
