// Urgency settings: what the rules make of the newest messages, while somebody types.
import { fragment } from "./trusted.js";

const RESTS = 500;
const form = document.querySelector("form.urgency");
const shown = document.getElementById("preview");
let timer = null;
let asked = 0;

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(renew, RESTS);
});

async function renew() {
  const question = ++asked;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch("/admin/urgency/preview", { method: "POST", body }).catch(() => null);
  // A later question overtook this one; without a connection, the next one brings it.
  if (question !== asked || !answer?.ok) return;
  shown.replaceChildren(fragment(await answer.text()));
}
