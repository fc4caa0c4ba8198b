// What the admin panel's pages do beyond forms and links.
import "./once.js";
import { say } from "./texts.js";
import "./urgency.js";

// The menu is one line on small screens: where one is stays in sight.
const current = document.querySelector('.menu [aria-current="page"]');
const line = current?.closest("ul");
if (line) line.scrollLeft = current.offsetLeft - (line.clientWidth - current.offsetWidth) / 2;

// Without a secure address browsers have no clipboard: then no button is shown.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = say("link-copied");
  });
}
