// Where one writes: Enter sends, Shift+Enter breaks the line, the draft survives a reload.
import { Kept } from "./drafts.js";

const LONGEST = 10_000;
const TYPING_AGAIN = 3_000;
const TYPING_ENDS = 5_000;

/** Emits `submit` (detail: {type, text}) and `typing` (detail: true or false). */
export class Composer extends EventTarget {
  #form;
  #text;
  #hint;
  #hintNodes;
  #draft;
  #typedAt = 0;
  #idle = null;

  constructor(form, { conversation, viewer }) {
    super();
    this.#form = form;
    this.#text = form.querySelector("textarea");
    this.#hint = form.querySelector(".hint");
    this.#hintNodes = [...this.#hint.childNodes];
    this.#draft = new Kept(`draft:${viewer}:${conversation}`);
    this.#text.value ||= this.#draft.get() ?? "";
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    for (const button of form.querySelectorAll(".kinds button")) {
      button.addEventListener("click", () => {
        this.setKind(button.dataset.kind);
        this.focus();
      });
    }
    this.setKind(this.kind);
    this.#measure();
  }

  /** `message` or `note`. */
  get kind() {
    return this.#form.dataset.kind;
  }

  get text() {
    return this.#text.value;
  }

  set text(value) {
    this.#text.value = value;
    this.#changed();
  }

  get isFocused() {
    return document.activeElement === this.#text;
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  setKind(kind) {
    this.#form.dataset.kind = kind;
    for (const button of this.#form.querySelectorAll(".kinds button")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    }
    const isNote = kind === "note";
    if (this.#form.querySelector(".kinds")) {
      this.#text.placeholder = isNote ? "Write a note only agents can read" : "Write a reply";
      this.#form.querySelector("label").textContent = isNote ? "Private note" : "Reply";
      this.#form.querySelector("[type=submit]").textContent = isNote ? "Save note" : "Send";
    }
  }

  /** Whether replies are possible at all; notes always are. */
  allowReplies(allowed) {
    const reply = this.#form.querySelector('.kinds [data-kind="message"]');
    if (reply) reply.disabled = !allowed;
    if (!allowed) this.setKind("note");
  }

  submit() {
    const text = this.#text.value;
    if (!text.trim() || lengthOf(text) > LONGEST) return;
    this.#stopTyping();
    this.text = "";
    this.dispatchEvent(new CustomEvent("submit", { detail: { type: this.kind === "note" ? "note" : "send", text } }));
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    }
  }

  #changed() {
    this.#draft.set(this.#text.value || null);
    this.#measure();
    if (this.kind === "note") return;
    if (this.#text.value.trim()) this.#type();
    else this.#stopTyping();
  }

  #measure() {
    // Browsers without field-sizing grow the box by hand.
    if (!CSS.supports("field-sizing", "content")) {
      this.#text.rows = Math.min(8, this.#text.value.split("\n").length);
    }
    const over = lengthOf(this.#text.value) - LONGEST;
    this.#hint.classList.toggle("over", over > 0);
    if (over > 0) this.#hint.textContent = `${over.toLocaleString()} characters too long`;
    else this.#hint.replaceChildren(...this.#hintNodes);
  }

  #type() {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#stopTyping(), TYPING_ENDS);
    if (Date.now() - this.#typedAt < TYPING_AGAIN) return;
    this.#typedAt = Date.now();
    this.dispatchEvent(new CustomEvent("typing", { detail: true }));
  }

  #stopTyping() {
    clearTimeout(this.#idle);
    if (this.#typedAt) this.dispatchEvent(new CustomEvent("typing", { detail: false }));
    this.#typedAt = 0;
  }
}

// The server counts Unicode scalar values, not UTF-16 units.
function lengthOf(text) {
  return text.length <= LONGEST ? text.length : [...text].length;
}
