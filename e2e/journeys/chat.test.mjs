// A customer and an agent, each at a window of their own: from the first request to its resolution.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, message, request, row, signIn, until, write } from "../people.mjs";
import { GRACE, LINUS, stage } from "../stage.mjs";

const here = stage();
const { newWindow } = here;

test("request, place, claim, chat, note, tag, canned reply by key, hand over, resolve, undo, rating", async () => {
  const [ada, grace, linus] = [await newWindow(), await newWindow(), await newWindow()];
  await Promise.all([signIn(grace, GRACE.email), signIn(linus, LINUS.email)]);
  await request(ada, { name: "Ada", email: "ada@example.com", text: "My printer is on fire" });
  await ada.getByText("You are next").waitFor();

  // The inbox shows it by itself, and opening it claims nothing.
  await row(grace, /Ada.*My printer is on fire/s).click();
  await message(grace, "My printer is on fire").waitFor();
  await ada.getByText("Waiting", { exact: true }).waitFor();
  await grace.getByRole("button", { name: "Claim", exact: true }).click();
  await grace.getByText("Yours", { exact: true }).waitFor();
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

  // By keyboard: a note, which the customer does not see, and a tag.
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("n");
  await grace.keyboard.type("The third one this week");
  await grace.keyboard.press("Enter");
  await grace.getByRole("log").getByText("The third one this week").waitFor();
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("t");
  await grace.keyboard.type("printer");
  await grace.keyboard.press("Enter");
  await grace.getByRole("button", { name: "Take off the tag printer" }).waitFor();

  // The canned replies have followed the conversation. One goes into the composer by its key, to be read and then sent.
  await suggestion.filter({ hasNotText: greeting }).waitFor();
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("r");
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("1");
  const composer = grace.locator("chat-room").getByRole("textbox");
  await until(async () => (await composer.inputValue()).length > 10);
  const canned = await composer.inputValue();
  assert.doesNotMatch(canned, /\{\{|\}\}/);
  await composer.press("Enter");
  await message(ada, canned.split("\n")[0]).waitFor();

  await grace.keyboard.press("Escape");
  await grace.keyboard.press("h");
  await choose(grace, "Linus");
  await grace.locator("strong", { hasText: "Held by Linus" }).waitFor();
  await ada.getByRole("heading", { name: "Linus" }).waitFor();
  await linus.getByRole("navigation", { name: "Filters" }).getByRole("link", { name: /^Mine/ }).click();
  await row(linus, /^Ada/).click();
  await linus.getByText("Yours", { exact: true }).waitFor();
  await write(linus, "Your new one is on its way.");
  await message(ada, "Your new one is on its way.").waitFor();

  await linus.keyboard.press("Escape");
  await linus.keyboard.press("e");
  await ada.getByText("This is resolved.").waitFor();
  await linus.getByRole("button", { name: "Undo" }).click();
  await ada.getByText("Ongoing", { exact: true }).waitFor();
  await linus.getByText("Yours", { exact: true }).waitFor();
  await linus.getByRole("button", { name: "Resolve" }).click();
  await linus.getByText("Resolved. A new message from the customer reopens it.").waitFor();
  await ada.locator("label", { hasText: "5 of 5" }).click();
  await ada.getByRole("button", { name: "Send rating" }).click();
  await linus.getByRole("log").getByText("rated the help 5 of 5").waitFor();

  // Everything is still there after a reload, in the same order for everybody, and the note for the agents alone.
  const texts = (page) => page.getByRole("log").locator("[data-seq] .bubble").allInnerTexts();
  await Promise.all([ada.reload(), grace.reload()]);
  assert.deepEqual(await texts(ada), await texts(grace));
  assert.equal(await ada.getByText("The third one this week").count(), 0);
  await grace.getByRole("log").getByText("The third one this week").waitFor();

  await write(ada, "One more thing");
  await message(grace, "One more thing").waitFor();
  await ada.getByText("Waiting", { exact: true }).waitFor();
  await grace.getByRole("button", { name: "Claim", exact: true }).click();
  await grace.getByText("Yours", { exact: true }).waitFor();
});

test("two agents race for the next one; who has it is told to the other, who may leave notes", async () => {
  const [ada, bob, grace, linus] = [await newWindow(), await newWindow(), await newWindow(), await newWindow()];
  await Promise.all([signIn(grace, GRACE.email), signIn(linus, LINUS.email)]);
  const address = await request(ada, { name: "Ada", email: "ada@example.com", text: "Where is my parcel?" });
  await request(bob, { name: "Bob", email: "bob@example.com", text: "And mine?" });
  for (const agent of [grace, linus]) await row(agent, /Bob.*And mine/s).waitFor();
  const heading = (agent) => agent.locator("chat-room").getByRole("heading", { level: 1 });
  await Promise.all([grace, linus].map((agent) => agent.keyboard.press("c")));
  for (const agent of [grace, linus]) await agent.getByText("Yours", { exact: true }).waitFor();
  const given = [await heading(grace).innerText(), await heading(linus).innerText()];
  assert.deepEqual(given.toSorted(), ["Ada", "Bob"], "each has another one");

  const [holder, reader, name] = given[0] === "Ada" ? [grace, linus, "Grace"] : [linus, grace, "Linus"];
  await reader.goto(address);
  await reader.locator("strong", { hasText: `Held by ${name}` }).waitFor();
  await write(reader, "I know this customer");
  await holder.getByRole("log").getByText("I know this customer").waitFor();
  await write(holder, "It left yesterday.");
  await message(ada, "It left yesterday.").waitFor();
  assert.equal(await ada.getByText("I know this customer").count(), 0);
  await message(reader, "It left yesterday.").waitFor();
  await reader.goto("/support/agent/");
  await reader.getByText("Nobody is waiting", { exact: true }).waitFor();
});

test("a double click begins one conversation, in a browser that is customer and agent at once", async () => {
  const customer = await newWindow();
  let sent = 0;
  customer.on("request", (asked) => (sent += asked.method() === "POST" ? 1 : 0));
  await customer.goto("/support/customer/");
  await customer.getByLabel("Your name").fill("Both");
  await customer.getByLabel("E-mail").fill("both@example.com");
  await customer.getByLabel("What happened?").fill("I am both");
  await customer.getByRole("button", { name: "Start the conversation" }).dblclick();
  await message(customer, "I am both").waitFor();
  assert.equal(sent, 1);

  const agent = await customer.context().newPage();
  await signIn(agent, GRACE.email);
  await row(agent, /Both.*I am both/s).click();
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
  await grace.getByText("Yours", { exact: true }).waitFor();
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
  await row(linus, /Are you there\?|Written in a tunnel/).first().waitFor();
  await linus.getByText("The connection is lost.").waitFor({ state: "hidden" });
  await ada.reload();
  assert.equal(await message(ada, "Written in a tunnel").count(), 1);
  // Chromium logs each attempt to connect while nobody listened.
  for (const { complaints } of here.windows) complaints.length = 0;
});
