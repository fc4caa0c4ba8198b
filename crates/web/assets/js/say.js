// What the modules of texts need, which the server makes of the language's file.
const { lang } = document.documentElement;
const plurals = new Intl.PluralRules(lang);
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\u202a-\u202e\ufb1d-\ufdff\ufe70-\ufeff]/;

/** Says a text by its id, with the values of its variables. */
export const sayer = (texts) => (id, values) => (typeof texts[id] === "function" ? texts[id](values) : texts[id]);

/** A value as it stands in a text: a name in a right-to-left script never turns around what follows it. */
export function shown(value) {
  if (typeof value === "number") return value.toLocaleString(lang);
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}

/** The variant for a value: its own, its plural's, or else the usual one. */
export function pick(value, variants, usual) {
  return variants[value] ?? variants[typeof value === "number" ? plurals.select(value) : usual] ?? variants[usual];
}
