// A WebSocket that comes back: full-jitter backoff, resume where it stopped, and close codes that mean "do not".

const LONGEST_WAIT = 30_000;
const FIRST_WAIT = 500;
const PING_EVERY = 20_000;
const SILENCE = 60_000;
const OPENS_WITHIN = 15_000;

/** Another agent holds it; not signed in; not there. Connecting again would end the same way. */
const FINAL = new Set([4000, 4001, 4004]);

/**
 * Emits `open`, `frame` (detail: the frame), `down` (the connection is lost and will be tried again) and
 * `closed` (detail: the close code; it will not).
 */
export class Socket extends EventTarget {
  #address;
  #socket = null;
  #attempt = null;
  #failures = 0;
  #heard = 0;
  #timers = [];
  #ended = false;
  #left = new AbortController();

  /** `address` is asked before each attempt, and may be async: it carries the place to resume from. */
  constructor(address) {
    super();
    this.#address = address;
    const { signal } = this.#left;
    addEventListener("online", () => this.#retryNow(), { signal });
    // The browser knows at once what silence would tell in a minute.
    addEventListener("offline", () => this.#socket && this.#giveUp(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#retryNow(), { signal });
    // A machine that slept does not know yet that its connection is dead, or waits for the next attempt.
    const wake = () => document.visibilityState === "visible" && this.#wake();
    document.addEventListener("visibilitychange", wake, { signal });
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  async connect() {
    this.#clear();
    this.#ended = false;
    this.#drop();
    const attempt = (this.#attempt = Symbol("attempt"));
    let address;
    try {
      address = await this.#address();
    } catch {
      if (attempt === this.#attempt) this.#retry();
      return;
    }
    if (attempt !== this.#attempt) return;
    const socket = new WebSocket(new URL(address, location.href.replace(/^http/, "ws")));
    this.#socket = socket;
    this.#timers.push(setTimeout(() => socket === this.#socket && !this.isOpen && this.#giveUp(), OPENS_WITHIN));
    socket.onopen = () => {
      this.#heard = Date.now();
      this.#timers.push(setInterval(() => this.#checkPulse(), PING_EVERY));
      this.#emit("open");
    };
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#failures = 0;
      this.#heard = Date.now();
      this.#emit("frame", JSON.parse(event.data));
    };
    socket.onclose = (event) => this.#closed(socket, event.code);
  }

  /** Sends a frame; false when there is no connection to send it on. */
  send(frame) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Closes it for good: nobody looks any more. */
  end() {
    this.#left.abort();
    this.#attempt = null;
    this.#clear();
    this.#drop();
  }

  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#clear();
    if (FINAL.has(code)) {
      this.#ended = true;
      this.#emit("closed", code);
    } else {
      this.#retry();
    }
  }

  #retry() {
    this.#emit("down");
    const wait = Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    this.#failures += 1;
    this.#timers.push(setTimeout(() => this.connect(), wait));
  }

  #retryNow() {
    this.#failures = 0;
    if (!this.isOpen && !this.#ended && this.#socket?.readyState !== WebSocket.CONNECTING) this.connect();
  }

  #wake() {
    if (this.isOpen && Date.now() - this.#heard > SILENCE) this.#giveUp();
    this.#retryNow();
  }

  #checkPulse() {
    if (Date.now() - this.#heard > SILENCE) this.#giveUp();
    else this.send({ type: "ping" });
  }

  /** A connection that leads nowhere may take minutes to say so: what follows does not wait for that. */
  #giveUp() {
    const socket = this.#socket;
    socket.close();
    this.#closed(socket, 1006);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #clear() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
