// "The customer wrote while you typed": a reply to something one has not read yet is sent by a second Enter only.
import { say } from "./agent-texts.js";

export class Guard {
  #notice;
  /** The newest customer message when the reply was begun; null while nothing is written. */
  #begunAt = null;
  #newest = 0;
  #isWarned = false;

  constructor(room) {
    this.#notice = room.part("guard");
    this.#newest = Number(room.dataset.lastSeq);
  }

  /** The composer holds this now. */
  typed(kind, text) {
    if (!text.trim() || kind === "note") this.#reset();
    else this.#begunAt ??= this.#newest;
  }

  /** A message of the customer came. */
  heard(seq) {
    this.#newest = Math.max(this.#newest, seq);
    this.#isWarned = false;
  }

  /** Whether a reply may go out; if not, it says why, and lets the next one pass. */
  lets(name) {
    if (this.#begunAt === null || this.#newest <= this.#begunAt || this.#isWarned) {
      this.#reset();
      return true;
    }
    this.#isWarned = true;
    this.#notice.textContent = say("agent-wrote-meanwhile", { customer: name });
    this.#notice.hidden = false;
    return false;
  }

  #reset() {
    this.#begunAt = null;
    this.#isWarned = false;
    this.#notice.hidden = true;
  }
}
