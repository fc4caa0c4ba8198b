// What was typed and not sent yet survives a reload, per conversation and whoever writes in it.

/** A value in localStorage; without it (private windows may refuse), it lives as long as the page. */
export class Kept {
  #key;
  #fallback = null;

  constructor(key) {
    this.#key = `frontdesk:${key}`;
  }

  get() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? this.#fallback;
    } catch {
      return this.#fallback;
    }
  }

  /** Forgets it, unless another tab has kept something else there. */
  drop(isOwn) {
    const value = this.get();
    if (value === null || isOwn(value)) this.set(null);
    else this.#fallback = null;
  }

  set(value) {
    this.#fallback = value;
    try {
      if (value === null) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // Full or refused: the copy in memory stands.
    }
  }
}

/** Removes all values whose keys begin with one of these. */
export function forgetAll(beginnings) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (beginnings.some((beginning) => key.startsWith(`frontdesk:${beginning}`))) localStorage.removeItem(key);
    }
  } catch {
    // Refused: then nothing was kept.
  }
}
