// Makes the pictures of the README from `frontdesk demo`: node screenshots.mjs [DIRECTORY]
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, openWindow } from "./browser.mjs";
import { startDemo } from "./frontdesk.mjs";
import { message, request, signIn, write } from "./people.mjs";

const DIRECTORY = process.argv[2] ?? fileURLToPath(new URL("../docs/screenshots", import.meta.url));
const DESK = { viewport: { width: 1440, height: 900 }, colorScheme: "light" };
const PHONE = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, colorScheme: "dark" };

const [demo, browser] = await Promise.all([startDemo(), launch()]);
try {
  await mkdir(DIRECTORY, { recursive: true });
  const { page: agent } = await openWindow(browser, demo.url, DESK);
  const { page: customer } = await openWindow(browser, demo.url, PHONE);

  await agent.goto("/support/agent/");
  const [email, password] = await agent.locator(".demo-accounts tr", { hasText: "agent1@" }).locator("code").allInnerTexts();
  await signIn(agent, email, password);
  await take(agent, "inbox.png");

  const address = await request(customer, {
    name: "Mira Lindqvist",
    email: "mira@example.com",
    text: "Hello! Order 48213 is marked as delivered, but nothing came, and we leave for the mountains on Friday.",
  });
  await agent.goto(address);
  await agent.getByText("Yours").waitFor();
  await agent.getByRole("group", { name: "Suggested replies" }).getByRole("button").first().waitFor();
  await write(agent, "Good morning Mira, let us find it before Friday. Should it have come to the address in Lund?");
  await message(agent, "Good morning Mira").getByText("Seen").waitFor();
  await write(customer, "Yes, Lund. Somebody was at home all day yesterday.");
  await message(agent, "at home all day").waitFor();
  await agent.getByRole("button", { name: "Private note" }).click();
  await write(agent, "Carrier says: left with a neighbour, number 9. Asking whether that rings a bell.");
  await agent.getByRole("log").locator("[data-note-seq]", { hasText: "number 9" }).waitFor();
  await agent.getByRole("button", { name: "Reply", exact: true }).click();
  await agent.locator("chat-room").getByRole("textbox").pressSequentially("Thank you. ");
  await customer.getByText("is typing").waitFor();
  await take(customer, "customer.png");
  await take(agent, "conversation.png");
} finally {
  await browser.close();
  await demo.stop();
}

async function take(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(DIRECTORY, name), animations: "disabled" });
}
