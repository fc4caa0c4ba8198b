// What customers and agents do on the pages, by what they see: labels and roles.

export const PASSWORD = "correct horse battery";

/** Writes a first request; gives the conversation's address. */
export async function request(page, { name, email, text }) {
  await page.goto("/support/customer/");
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("What happened?").fill(text);
  await page.getByRole("button", { name: "Start the conversation" }).click();
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}\//);
  return new URL(page.url()).pathname;
}

export async function signIn(page, email, password = PASSWORD) {
  await page.goto("/support/agent/");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  // Its scripts are there, too, and it hears what happens: a server may be gone the next moment.
  await until(() => page.evaluate(() => Boolean(document.querySelector("inbox-list")?.socket?.isOpen)));
}

const PATIENCE_MS = 15_000;

/** Waits until it is so. */
export async function until(isSo) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not so within ${PATIENCE_MS} ms: ${isSo}`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

/** Writes into the composer and sends with Enter. */
export async function write(page, text) {
  const composer = page.locator("chat-room").getByRole("textbox");
  await composer.fill(text);
  await composer.press("Enter");
}

/** A message of the transcript that has arrived at the server, by its text. */
export function message(page, text) {
  return page.getByRole("log").locator("[data-seq]", { hasText: text });
}

/** A conversation's row in the inbox, by what stands in it. */
export function row(page, text) {
  return page.locator(".rows").getByRole("link", { name: text });
}

/** Chooses in the picker that is open. */
export async function choose(page, words, option = words) {
  const picker = page.locator('dialog[data-part="picker"]');
  await picker.getByRole("combobox").fill(words);
  await picker.getByRole("option", { name: option }).and(page.locator('[aria-selected="true"]')).waitFor();
  await page.keyboard.press("Enter");
}
