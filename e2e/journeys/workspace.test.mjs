// The agent's workspace: everything beside the list, by keyboard, without a page load and without losing a word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, message, request, row, signIn, until, write } from "../people.mjs";
import { GRACE, LINUS, MARGARET, stage } from "../stage.mjs";

const { newWindow } = stage();

const composer = (page) => page.locator(".composer").getByRole("textbox");
/** Waits until this stands in the composer: canned replies are fetched. */
const holds = (page, text) => until(async () => text.test(await composer(page).inputValue()));
const loads = (page) => page.evaluate(() => performance.getEntriesByType("navigation").length && (globalThis.kept ??= Math.random()));

async function agent(who, options) {
  const page = await newWindow({ viewport: { width: 1440, height: 900 }, ...options });
  await signIn(page, who.email);
  return page;
}

test("by keyboard from row to row: the list stays, drafts stay, and Back and Forward lead where they should", async () => {
  const [ada, bob] = [await newWindow(), await newWindow()];
  await request(ada, { name: "Ada", email: "ada@example.com", text: "The first request" });
  await request(bob, { name: "Bob", email: "bob@example.com", text: "The second request" });
  const grace = await agent(GRACE);
  const kept = await loads(grace);
  await row(grace, /The second request/).waitFor();
  await grace.keyboard.press("j");
  await grace.keyboard.press("Enter");
  await message(grace, "The first request").waitFor();
  assert.equal(await grace.title(), "Ada · Frontdesk");
  await grace.keyboard.press("r");
  await composer(grace).pressSequentially("Half a sen");
  await grace.keyboard.press("Escape");

  await grace.keyboard.press("j");
  await grace.keyboard.press("Enter");
  await message(grace, "The second request").waitFor();
  await holds(grace, /^$/);
  await grace.goBack();
  await message(grace, "The first request").waitFor();
  await holds(grace, /^Half a sen$/);
  await row(grace, /The first request/).and(grace.locator('[aria-current="true"]')).waitFor();
  await grace.goForward();
  await message(grace, "The second request").waitFor();

  // Another list beside it, and the same picture after a reload.
  await grace.getByRole("navigation", { name: "Filters" }).getByRole("link", { name: /^All/ }).click();
  await grace.getByRole("heading", { name: "All", level: 2 }).waitFor();
  await message(grace, "The second request").waitFor();
  assert.equal(await loads(grace), kept, "nothing loaded the page anew");
  await grace.reload();
  await message(grace, "The second request").waitFor();
  await grace.getByRole("heading", { name: "All", level: 2 }).waitFor();

  await grace.keyboard.press("Escape");
  await grace.getByText("Choose a conversation to read it here.").waitFor();
  await grace.keyboard.press("?");
  await grace.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
  await grace.keyboard.press("Escape");
  await grace.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor({ state: "hidden" });
  await grace.keyboard.press("c");
  await grace.getByText("Yours").waitFor();
});

test("a customer is answered: canned reply, a word of theirs in between, an edit, a tag, a note, a deletion", async () => {
  const cleo = await newWindow();
  const address = await request(cleo, { name: "Cleo", email: "cleo@example.com", text: "Where is my order?" });
  const grace = await agent(GRACE);
  await grace.goto(`${address}?as=agent`);
  await grace.getByText("Yours").waitFor();
  await composer(grace).press("/");
  await choose(grace, "order", /order number/);
  await holds(grace, /Cleo/);

  await write(cleo, "Found it, it came!");
  await message(grace, "Found it").waitFor();
  await composer(grace).press("Enter");
  await grace.getByText("Cleo wrote while you typed.").waitFor();
  await holds(grace, /order number/);
  await composer(grace).fill("Good to hear taht.");
  await composer(grace).press("Enter");
  await message(cleo, "Good to hear taht.").waitFor();
  // Before that it is nobody's to edit: the customer may have it sooner than its sender has the ack.
  await message(grace, "Good to hear taht.").waitFor();

  await composer(grace).press("ArrowUp");
  const editor = grace.getByLabel("Edit the message");
  await editor.fill("Good to hear that.");
  await editor.press("Enter");
  await message(cleo, "Good to hear that.").getByText("edited").waitFor();
  await write(grace, "Not meant for you");
  await message(cleo, "Not meant for you").waitFor();
  await message(grace, "Not meant for you").hover();
  await message(grace, "Not meant for you").getByRole("button", { name: "Edit this message" }).click();
  await message(grace, "Not meant for you").getByRole("button", { name: "Edit this message" }).waitFor({ state: "hidden" });
  await grace.getByRole("button", { name: "Delete" }).click();
  await grace.getByRole("button", { name: "Delete for everybody" }).click();
  await message(cleo, "This message was deleted").waitFor();
  await message(grace, "This message was deleted").waitFor();

  await grace.keyboard.press("Escape");
  await grace.keyboard.press("t");
  await grace.locator("input:focus").waitFor();
  await grace.keyboard.type("parcel");
  await grace.keyboard.press("Enter");
  await grace.getByRole("button", { name: "Take off the tag parcel" }).waitFor();
  await grace.getByLabel("Notes about the customer").fill("Prefers mornings");
  await grace.getByText("Saved", { exact: true }).waitFor();
  await grace.reload();
  assert.equal(await grace.getByLabel("Notes about the customer").inputValue(), "Prefers mornings");
  await grace.getByRole("button", { name: "Take off the tag parcel" }).waitFor();
});

test("what was answered to the same before is found by key, and inserted as a draft, on a phone too", async () => {
  const [dora, emil] = [await newWindow(), await newWindow()];
  const grace = await agent(GRACE);
  const former = await request(dora, { name: "Dora", email: "dora@example.com", text: "The zebra on the poster is upside down" });
  await grace.goto(`${former}?as=agent`);
  await grace.getByText("Yours").waitFor();
  await write(grace, "Dora, we print the zebra poster again and send it today.");
  await grace.locator("chat-room h1").focus();
  await grace.keyboard.press("e");
  await grace.getByText("A new message from the customer reopens it.").waitFor();

  const address = await request(emil, { name: "Emil", email: "emil@example.com", text: "My poster has the zebra upside down, too" });
  await grace.goto(`${address}?as=agent`);
  await grace.getByText("Yours").waitFor();
  await grace.locator("chat-room h1").focus();
  await grace.keyboard.press("m");
  await grace.getByText("Names another customer").waitFor();
  await grace.keyboard.press("Tab");
  await grace.keyboard.press("Tab");
  await grace.keyboard.press("Tab");
  await grace.keyboard.press("Enter");
  await holds(grace, /^Dora, we print the zebra poster again/);
  await grace.keyboard.type("Emil");
  await holds(grace, /^Emil, we print the zebra poster again and send it today\.$/);
  assert.equal(await message(grace, "Emil, we print").count(), 0, "nothing is sent by itself");

  const phone = await agent(GRACE, { viewport: { width: 360, height: 740 } });
  await phone.goto(`${address}?as=agent`);
  await phone.getByRole("button", { name: "Customer" }).click();
  await phone.getByRole("heading", { name: "Similar conversations" }).click();
  await phone.getByRole("button", { name: "Insert reply" }).click();
  await holds(phone, /we print the zebra poster again/);
});

test("a mention stands where it was typed, and an address or a name nobody has stays as it was typed", async () => {
  const cora = await newWindow();
  const address = await request(cora, { name: "Cora", email: "cora@example.com", text: "Who knows lamps?" });
  const grace = await agent(GRACE);
  await grace.goto(`${address}?as=agent`);
  await grace.getByText("Yours").waitFor();
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("n");
  const picker = grace.locator('dialog[data-part="picker"]');
  const isNote = () => grace.getByRole("button", { name: /Private note/ }).and(grace.locator('[aria-pressed="true"]')).waitFor();

  await grace.keyboard.type("please ask @");
  await choose(grace, "Linus");
  await holds(grace, /^please ask @Linus $/);
  await grace.keyboard.type("or @");
  await picker.getByRole("option", { name: "Margaret" }).click();
  await holds(grace, /^please ask @Linus or @Margaret $/);
  await grace.keyboard.type("today");
  for (let step = 0; step < "@Linus or @Margaret today".length; step += 1) await grace.keyboard.press("ArrowLeft");
  await grace.keyboard.type("@");
  await choose(grace, "Linus");
  await holds(grace, /^please ask @Linus @Linus or @Margaret today$/);

  await composer(grace).fill("");
  await grace.keyboard.type("write to bo@example.com please");
  await holds(grace, /^write to bo@example\.com please$/);
  await composer(grace).fill("");
  await grace.keyboard.type("ask @");
  await picker.getByRole("combobox").pressSequentially("zzz");
  await grace.keyboard.press("Escape");
  await picker.waitFor({ state: "hidden" });
  await holds(grace, /^ask @zzz$/);
  await grace.keyboard.type(" later");
  await holds(grace, /^ask @zzz later$/);
  await isNote();

  // Begun with nothing before it, it stays a note, too.
  await composer(grace).fill("");
  await grace.keyboard.type("@");
  await grace.keyboard.press("Escape");
  await holds(grace, /^@$/);
  await isNote();
  await composer(grace).fill("");
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("r");
  await grace.keyboard.type("/");
  await picker.getByRole("combobox").pressSequentially("zzz");
  await grace.keyboard.press("Escape");
  await holds(grace, /^\/zzz$/);
});

test("handed over with a note that mentions a colleague, and taken over by an administrator", async () => {
  const dora = await newWindow();
  const address = await request(dora, { name: "Dora", email: "dora@example.com", text: "This is difficult" });
  const [grace, linus, margaret] = [await agent(GRACE), await agent(LINUS), await agent(MARGARET)];
  await grace.goto(`${address}?as=agent`);
  await grace.getByText("Yours").waitFor();
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("n");
  await grace.keyboard.press("@");
  await choose(grace, "Linus");
  await composer(grace).pressSequentially("you know this one");
  await composer(grace).press("Enter");
  const mention = linus.locator(".mentions").getByRole("link", { name: /Dora/ });
  await mention.waitFor();
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("h");
  await choose(grace, "Linus");
  await grace.locator("strong", { hasText: "Held by Linus" }).waitFor();
  // The receiver, who looks at the list, finds it above the views until it is opened.
  const handedOver = (page) => page.locator(".handed-over").getByRole("link", { name: /Dora/ });
  await handedOver(linus).waitFor();
  assert.match(await linus.title(), /^\(1\) Inbox/);

  // A renewal of the list does not take the link away that is being pressed.
  await mention.hover();
  await linus.mouse.down();
  const renewed = linus.waitForResponse(/\/support\/agent\/list\//);
  await write(dora, "Is anybody there?");
  await (await renewed).finished();
  await linus.mouse.up();
  await linus.getByText("@Linus you know this one").waitFor();
  await linus.getByText("Yours").waitFor();
  await linus.getByRole("log").getByText("handed the conversation over to Linus").waitFor();
  await mention.waitFor({ state: "detached" });
  await handedOver(linus).waitFor({ state: "detached" });
  await linus.waitForFunction(() => document.title.startsWith("Dora"));

  await margaret.goto(`${address}?as=agent`);
  await margaret.locator("strong", { hasText: "Held by Linus" }).waitFor();
  await margaret.getByRole("button", { name: "Take over" }).click();
  await margaret.getByText("Yours").waitFor();
  await linus.locator("strong", { hasText: "Held by Margaret" }).waitFor();
  await write(margaret, "Margaret here.");
  await message(dora, "Margaret here.").waitFor();
  await margaret.goto("/admin/audit-log/");
  await margaret.getByRole("link", { name: "Claim taken over" }).first().waitFor();
});

test("snoozed until tomorrow, found by the palette, woken by the customer and by its time; a list is saved as a view", async () => {
  const emil = await newWindow();
  const address = await request(emil, { name: "Emil", email: "emil@example.com", text: "No hurry at all" });
  const grace = await agent(GRACE);
  await grace.goto(`${address}?as=agent`);
  await grace.getByText("Yours").waitFor();
  await grace.keyboard.press("Control+k");
  await choose(grace, "snooze", /Snooze this conversation/);
  await choose(grace, "tomorrow", /Tomorrow morning/);
  await grace.locator('[data-part="status"]').getByText("Snoozed").waitFor();
  await grace.getByRole("log").getByText("snoozed the conversation until").waitFor();
  // Tomorrow is a time that is told of, not one at which something was said.
  await grace.getByRole("button", { name: "Private note" }).click();
  await write(grace, "He is in no hurry");
  await grace.locator("[data-note-seq].note").waitFor();
  assert.deepEqual(await grace.locator(".day").allInnerTexts(), ["Today"]);
  await grace.goto(`${address}?as=agent&mode=view`);
  await grace.locator("[data-note-seq].note").waitFor();
  assert.deepEqual(await grace.locator(".day").allInnerTexts(), ["Today"]);
  await grace.locator("chat-room h1").focus();
  await grace.keyboard.press("Escape");
  await grace.keyboard.press("Control+k");
  await choose(grace, "hurry", /Emil/);
  await message(grace, "No hurry at all").waitFor();
  await write(emil, "Now there is some hurry");
  await grace.locator('[data-part="status"]').getByText("Open").waitFor();
  await grace.keyboard.press("c");
  await grace.getByText("Yours").waitFor();
  const until = Date.now() + 3_000;
  await grace.evaluate(async ([address, until]) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ until: new Date(until).toISOString() });
    await fetch(`/api/v1/conversations/${address.split("/")[2]}/snooze?as=agent`, { method: "PUT", headers, body });
  }, [address, until]);
  await grace.locator('[data-part="status"]').getByText("Snoozed").waitFor();
  await grace.locator('[data-part="status"]').getByText("Open").waitFor();
  assert.ok(Date.now() >= until, "it does not wake before its time");

  const filters = grace.getByRole("navigation", { name: "Filters" });
  await grace.getByRole("searchbox").fill("hurry");
  await grace.getByRole("heading", { name: "Search results" }).waitFor();
  await filters.getByRole("button", { name: "Save this list" }).click();
  await grace.getByLabel("Name", { exact: true }).fill("In a hurry");
  await grace.keyboard.press("Enter");
  await filters.getByRole("link", { name: "In a hurry" }).waitFor();
  await filters.getByRole("link", { name: /^Queue/ }).click();
  await grace.getByRole("heading", { name: "Queue" }).waitFor();
  await filters.getByRole("link", { name: "In a hurry" }).click();
  await grace.getByRole("heading", { name: "Search results" }).waitFor();
  await row(grace, /Emil/).waitFor();
  const linus = await agent(LINUS);
  assert.equal(await linus.getByRole("link", { name: "In a hurry" }).count(), 0, "it is Grace's own");
  await filters.getByRole("button", { name: "Delete the view In a hurry" }).click();
  await filters.getByRole("link", { name: "In a hurry" }).waitFor({ state: "detached" });
});

test("one number of unread conversations on every page, and a phone shows one pane at a time", async () => {
  const fred = await newWindow();
  const address = await request(fred, { name: "Fred", email: "fred@example.com", text: "Ring ring" });
  const phone = await agent(LINUS, { viewport: { width: 360, height: 740 } });
  const other = await phone.context().newPage();
  await other.goto("/support/agent/?holder=me");
  await phone.goto(`${address}?as=agent`);
  await phone.getByText("Yours").waitFor();
  await phone.getByRole("link", { name: "Back to the list" }).click();
  await phone.getByRole("heading", { name: "Queue" }).waitFor();
  await write(fred, "Anybody?");
  await phone.waitForFunction(() => /^\(\d+\) Inbox/.test(document.title));
  await other.waitForFunction((title) => document.title === title, await phone.title());
  await phone.getByRole("navigation", { name: "Filters" }).getByRole("link", { name: /^Mine/ }).click();
  await row(phone, /Fred.*Anybody/s).click();
  await message(phone, "Anybody?").waitFor();
  assert.ok(await phone.getByRole("searchbox").isHidden());
  assert.ok((await phone.evaluate(() => document.documentElement.scrollWidth)) <= 360);
});
