// Where one writes: Enter sends, Shift+Enter breaks the line, the draft survives a reload.
import { Kept } from "./drafts.js";
import { say } from "./texts.js";

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
  /** What it held before it changed. */
  #held;
  /** Why no reply can go out now; null when one can. */
  #blocked = null;
  /** What an agent's page makes of keys and moments; a customer's has none. */
  desk = null;
  /** Whether it was turned to notes by itself, and turns back as soon as replies are possible. */
  #turned = false;
  #typedAt = 0;
  #idle = null;

  /** `whose` names the writer and the conversation: nobody else in this browser finds the draft. */
  constructor(form, whose) {
    super();
    this.#form = form;
    this.#text = form.querySelector("textarea");
    this.#hint = form.querySelector(".hint");
    this.#hintNodes = [...this.#hint.childNodes];
    this.#draft = new Kept(`draft:${whose}`);
    const draft = this.#draft.get();
    this.#text.value ||= draft?.text ?? "";
    this.#held = this.#text.value;
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("blur", () => this.#turn());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    for (const button of form.querySelectorAll(".kinds button")) {
      button.addEventListener("click", () => this.choose(button.dataset.kind));
    }
    this.#turned = this.kind === "note";
    this.setKind(draft?.kind ?? this.kind);
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

  /** Puts a reply that was not sent back before what is being written; false while that is a note. */
  putBack(text) {
    if (this.kind === "note" && this.text.trim()) return false;
    this.setKind("message");
    this.text = [text, this.text].filter((part) => part.trim()).join("\n\n");
    return true;
  }

  /** Puts a reply that is proposed where it can be read, and changed, before it is sent; words of it may be selected. */
  propose(text, selected) {
    if (!this.text.trim()) this.setKind("message");
    this.text = this.text.trim() ? `${this.text.trimEnd()}\n${text}` : text;
    this.focus();
    if (!selected) return;
    const start = this.text.length - text.length + text.indexOf(selected);
    this.#text.setSelectionRange(start, start + selected.length);
  }

  /** Turns to replies or notes by the writer's will. */
  choose(kind) {
    this.#turned = false;
    this.setKind(kind);
    this.focus();
  }

  /** Whether what is typed next begins a word. */
  get isAtWordStart() {
    return /(^|\s)$/.test(this.text.slice(0, this.#text.selectionStart));
  }

  /** Puts words where the cursor is; answers where they stand. */
  insert(words) {
    return this.replace({ start: this.#text.selectionStart, end: this.#text.selectionEnd }, words);
  }

  /** Puts words in the place of others, and the cursor behind them; answers where they stand. */
  replace({ start, end }, words) {
    this.focus();
    this.#text.setRangeText(words, start, end, "end");
    this.#changed();
    return { start, end: start + words.length };
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  setKind(kind) {
    this.#form.dataset.kind = kind;
    if (this.#text.value) this.#draft.set({ kind, text: this.#text.value });
    for (const button of this.#form.querySelectorAll(".kinds button")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    }
    const words = this.#form.querySelector(`.kinds [data-kind="${kind}"]`)?.dataset;
    if (words) {
      this.#text.placeholder = words.placeholder;
      this.#form.querySelector("label").textContent = words.label;
      this.#form.querySelector("[type=submit]").textContent = words.submit;
    }
    this.#measure();
  }

  /** Whether replies are possible now, and if not, why (in words); notes always are. */
  allowReplies(allowed, why = "") {
    this.#blocked = allowed ? null : why;
    this.#turn();
    this.#measure();
  }

  /** What is being written stays what it is: only an empty composer nobody is in turns to notes, and back. */
  #turn() {
    if (this.#blocked === null) {
      if (this.#turned && this.#isIdle) {
        this.#turned = false;
        this.setKind("message");
      }
    } else if (this.kind === "message" && this.#isIdle) {
      this.#turned = true;
      this.setKind("note");
    }
  }

  get #isIdle() {
    return !this.#text.value && !this.isFocused;
  }

  get #isBlocked() {
    return this.kind === "message" && this.#blocked !== null;
  }

  /** Nothing can be written here any more; what was begun stays to be read and copied. */
  end() {
    this.#stopTyping();
    this.#text.readOnly = true;
    this.#form.hidden = !this.#text.value;
    this.#form.querySelector("[type=submit]").hidden = true;
  }

  /** The page turns to something else: the draft is kept, and nobody is said to type here. */
  leave() {
    this.#stopTyping();
  }

  submit() {
    const text = this.#text.value;
    if (this.#isBlocked || this.#text.readOnly || !text.trim() || lengthOf(text) > LONGEST || this.desk?.lets(this.kind) === false) return;
    this.#stopTyping();
    this.text = "";
    this.dispatchEvent(new CustomEvent("submit", { detail: { type: this.kind === "note" ? "note" : "send", text } }));
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (!event.isComposing && this.desk?.takes(event, this.kind, this.#text.value)) {
      event.preventDefault();
    }
  }

  #changed() {
    if (this.#text.value) this.#draft.set({ kind: this.kind, text: this.#text.value });
    else this.#draft.drop(({ text }) => text === this.#held);
    this.#held = this.#text.value;
    this.#measure();
    this.desk?.typed(this.kind, this.#text.value);
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
    const wrong = over > 0 ? say("chat-too-long", { count: over }) : this.#isBlocked ? this.#blocked : "";
    this.#hint.classList.toggle("over", Boolean(wrong));
    this.#form.querySelector("[type=submit]").disabled = this.#isBlocked;
    if (wrong) this.#hint.textContent = wrong;
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
