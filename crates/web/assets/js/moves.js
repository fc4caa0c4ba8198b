// Rows that change their place go there, instead of jumping.

const TIME = { duration: 240, easing: "ease-out" };

/** Replaces rows by `change` and lets those that stay glide from where they stood. `rows()` gives them by their `data-id`. */
export function glide(rows, change) {
  const before = new Map(rows().map((row) => [row.dataset.id, row.getBoundingClientRect().top]));
  change();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const row of rows()) {
    const by = before.get(row.dataset.id) - row.getBoundingClientRect().top;
    if (by) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], TIME);
  }
}
