// A button copies what stands in a field beside it.
import { say } from "./texts.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    const said = document.querySelector('[data-part="copied"]');
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = say("link-copied");
    } catch {
      said.textContent = say("link-not-copied");
    }
  });
}
