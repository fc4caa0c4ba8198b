// A form is sent once: a second click, before the answer is there, sends nothing.
const ANSWERED_WITHIN = 10_000;
const buttons = () => document.querySelectorAll("form[data-once] [type=submit]");

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.submitter?.getAttribute("aria-disabled")) event.preventDefault();
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(release, ANSWERED_WITHIN);
});

// Who comes back to the page, or is still on it, may send again.
addEventListener("pageshow", release);

function release() {
  for (const button of buttons()) button.removeAttribute("aria-disabled");
}
