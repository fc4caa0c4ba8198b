// A customer and an agent, each at a window of their own: from the first request to its resolution.
import assert from "node:assert/strict";
import { test } from "node:test";
import { message, request, signIn, write } from "../people.mjs";
import { GRACE, LINUS, stage } from "../stage.mjs";

const here = stage();
const { newWindow } = here;

test("request, claim, chat both ways, canned reply, resolve", async () => {
  const [ada, grace] = [await newWindow(), await newWindow()];
  await signIn(grace, GRACE.email);
  await request(ada, { name: "Ada", email: "ada@example.com", text: "My printer is on fire" });
  await ada.getByText("Waiting", { exact: true }).waitFor();

  // The inbox shows it by itself, and opening it claims nothing.
  await grace.getByRole("link", { name: /Ada.*My printer is on fire/s }).click();
  await message(grace, "My printer is on fire").waitFor();
  await grace.getByRole("button", { name: "Claim", exact: true }).click();
  await grace.getByText("Yours").waitFor();
  await ada.getByRole("heading", { name: "Grace" }).waitFor();
  await message(ada, "My printer is on fire").getByText("Seen").waitFor();

  const suggestion = grace.getByRole("group", { name: "Suggested replies" }).getByRole("button").first();
  const greeting = await suggestion.innerText();
  await write(grace, "Please step away from it.");
  await message(ada, "Please step away from it.").waitFor();
  await message(grace, "Please step away from it.").getByText("Seen").waitFor();
  await ada.getByRole("textbox").pressSequentially("I did");
  await grace.getByText("Ada is typing").waitFor();
  await write(ada, "I did. Now it smokes.");
  await message(grace, "I did. Now it smokes.").waitFor();

  // The canned replies have followed the conversation. One goes into the composer, to be read and then sent.
  await suggestion.filter({ hasNotText: greeting }).waitFor();
  await suggestion.click();
  const canned = await grace.locator("chat-room").getByRole("textbox").inputValue();
  assert.ok(canned.length > 10, canned);
  assert.doesNotMatch(canned, /\{\{|\}\}/);
  await grace.getByRole("button", { name: "Send" }).click();
  await message(ada, canned.split("\n")[0]).waitFor();

  await grace.getByRole("button", { name: "Resolve" }).click();
  await ada.getByText("This is resolved.").waitFor();
  await grace.getByText("Resolved. A new message from the customer reopens it.").waitFor();

  // Everything is still there after a reload, in the same order on both sides.
  const texts = (page) => page.getByRole("log").locator("[data-seq] .bubble").allInnerTexts();
  await Promise.all([ada.reload(), grace.reload()]);
  const [seenByAda, seenByGrace] = [await texts(ada), await texts(grace)];
  assert.deepEqual(seenByAda, seenByGrace);
  assert.equal(seenByAda.length, 4);

  await write(ada, "It burns again!");
  await ada.getByText("Waiting", { exact: true }).waitFor();
});

test("another agent sees who holds it and cannot answer; a note stays with the agents", async () => {
  const [ada, grace, linus] = [await newWindow(), await newWindow(), await newWindow()];
  const address = await request(ada, { name: "Ada", email: "ada@example.com", text: "Where is my parcel?" });
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  await signIn(linus, LINUS.email);
  await linus.goto(address);
  await linus.getByText("Held by Grace").first().waitFor();

  await write(linus, "I know this customer");
  await grace.getByRole("log").getByText("I know this customer").waitFor();
  await write(grace, "It left yesterday.");
  await message(ada, "It left yesterday.").waitFor();
  assert.equal(await ada.getByText("I know this customer").count(), 0);
  await message(linus, "It left yesterday.").waitFor();
});

test("one browser is customer and agent at once", async () => {
  const customer = await newWindow();
  await request(customer, { name: "Both", email: "both@example.com", text: "I am both" });
  const agent = await customer.context().newPage();
  await signIn(agent, GRACE.email);
  await agent.getByRole("link", { name: /Both.*I am both/s }).click();
  await agent.getByRole("button", { name: "Claim", exact: true }).click();
  await write(agent, "Hello, me");
  await message(customer, "Hello, me").waitFor();
  await write(customer, "Hello, other me");
  await message(agent, "Hello, other me").waitFor();
});

test("what is written while the server is away is kept, and sent once when it is back", async () => {
  const [ada, grace, linus] = [await newWindow(), await newWindow(), await newWindow()];
  const address = await request(ada, { name: "Ada", email: "ada@example.com", text: "Are you there?" });
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  await signIn(linus, LINUS.email);

  await here.server.crash();
  await ada.getByText("You are offline.").waitFor();
  await write(ada, "Written in a tunnel");
  await ada.getByText("Not sent yet").waitFor();
  // One banner says that nothing goes out, whatever else is tried.
  await ada.getByRole("button", { name: "Mark as resolved" }).click();
  assert.ok(await ada.getByRole("alert").isHidden());
  // The inbox says so too, and does not call what it still shows the result of a search.
  await linus.getByRole("searchbox").fill("there");
  await linus.getByRole("heading", { name: "Search results" }).waitFor();
  await linus.getByText("The connection is lost.").waitFor();
  assert.equal(await linus.locator(".rows > li").count(), 0);
  await here.server.restart();
  await message(ada, "Written in a tunnel").waitFor();
  await message(grace, "Written in a tunnel").waitFor();
  await ada.getByText("You are offline.").waitFor({ state: "hidden" });
  await linus.getByRole("link", { name: /Are you there\?|Written in a tunnel/ }).first().waitFor();
  await linus.getByText("The connection is lost.").waitFor({ state: "hidden" });
  await ada.reload();
  assert.equal(await message(ada, "Written in a tunnel").count(), 1);
  // Chromium logs each attempt to connect while nobody listened.
  for (const { complaints } of here.windows) complaints.length = 0;
});

test("a double click begins one conversation", async () => {
  const ada = await newWindow();
  let sent = 0;
  ada.on("request", (asked) => (sent += asked.method() === "POST" ? 1 : 0));
  await ada.goto("/support/customer/");
  await ada.getByLabel("Your name").fill("Ada");
  await ada.getByLabel("E-mail").fill("ada@example.com");
  await ada.getByLabel("What happened?").fill("Twice?");
  await ada.getByRole("button", { name: "Start the conversation" }).dblclick();
  await message(ada, "Twice?").waitFor();
  assert.equal(sent, 1);
});

for (const [width, height, colorScheme] of [[360, 740, "light"], [360, 740, "dark"], [1440, 900, "light"], [1440, 900, "dark"]]) {
  test(`nothing is cut off at ${width} px, ${colorScheme}`, async () => {
    const page = await newWindow({ viewport: { width, height }, colorScheme });
    const address = await request(page, { name: "Ada", email: "ada@example.com", text: "x".repeat(300) });
    await signIn(page, GRACE.email);
    for (const path of ["/", "/support/customer/", "/support/agent/", "/support/agent/?q=Ada", `${address}?as=customer`, `${address}?as=agent&mode=view`]) {
      await page.goto(path);
      const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(scrollWidth <= width, `${path} is ${scrollWidth} px wide`);
    }
  });
}
