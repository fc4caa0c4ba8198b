// A form is sent once: a second click, before the answer is there, sends nothing.
const buttons = () => document.querySelectorAll("form[data-once] [type=submit]");

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.submitter?.getAttribute("aria-disabled")) event.preventDefault();
  event.submitter?.setAttribute("aria-disabled", "true");
});

// Who comes back to the page may send again.
addEventListener("pageshow", () => {
  for (const button of buttons()) button.removeAttribute("aria-disabled");
});
