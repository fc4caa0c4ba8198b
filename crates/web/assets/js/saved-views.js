// Saving what is listed as a view, and deleting one.

/** Asks for a name and saves; whether the list has changed. What went wrong goes to `say`. */
export async function saveView(parameters, say) {
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
  return attempt("/support/agent/views/", { method: "POST", body }, "The view could not be saved. Try another name.", say);
}

/** Deletes a view; whether the list has changed. */
export function deleteView(id, say) {
  return attempt(`/support/agent/views/${id}/`, { method: "DELETE" }, "The view could not be deleted. Try again.", say);
}

async function attempt(address, init, words, say) {
  const response = await fetch(address, init).catch(() => null);
  if (!response?.ok) say(words);
  return Boolean(response?.ok);
}
