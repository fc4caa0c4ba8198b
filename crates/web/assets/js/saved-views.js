// Saving what is listed as a view, and deleting one.
import { say } from "./agent-texts.js";

/** Asks for a name and saves; whether the list has changed. What went wrong goes to `tell`. */
export async function saveView(parameters, tell) {
  const dialog = document.querySelector('[data-part="save-view"]');
  const [name, shared] = [dialog.querySelector("#view-name"), dialog.querySelector("[name=shared]")];
  name.value = "";
  if (shared) shared.checked = false;
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "save" || !name.value.trim()) return false;
  const body = new URLSearchParams({ name: name.value, parameters });
  if (shared?.checked) body.set("shared", "yes");
  return attempt("/support/agent/views/", { method: "POST", body }, say("list-view-not-saved"), tell);
}

/** Deletes a view; whether the list has changed. */
export function deleteView(id, tell) {
  return attempt(`/support/agent/views/${id}/`, { method: "DELETE" }, say("list-view-not-deleted"), tell);
}

async function attempt(address, init, words, tell) {
  const response = await fetch(address, init).catch(() => null);
  if (!response?.ok) tell(words);
  return Boolean(response?.ok);
}
