// What an agent relies on: a reply stays a reply, the page tells the truth about the claim, the list is whole.
import assert from "node:assert/strict";
import { test } from "node:test";
import { message, request, row, signIn, until, write } from "../people.mjs";
import { GRACE, LINUS, MARGARET, stage } from "../stage.mjs";

const { newWindow } = stage();

const composer = (page) => page.locator("chat-room").getByRole("textbox");
const send = (page) => page.getByRole("button", { name: "Send", exact: true });

/** Ada asks, and Grace has claimed it by opening it. */
async function conversation(text) {
  const [ada, grace] = [await newWindow(), await newWindow()];
  const address = await request(ada, { name: "Ada", email: "ada@example.com", text });
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  return { ada, grace, address };
}

test("a reply being written never becomes a note when the customer resolves, and undoing gives it back", async () => {
  const { ada, grace } = await conversation("Is it on its way?");
  await composer(grace).pressSequentially("It left this morn");
  await ada.getByRole("button", { name: "Mark as resolved" }).click();
  await grace.getByText("Resolved. A new message from the customer reopens it.").waitFor();
  await composer(grace).pressSequentially("ing");
  await composer(grace).press("Enter");
  assert.equal(await composer(grace).inputValue(), "It left this morning");
  assert.ok(await send(grace).isDisabled());
  await grace.getByText("Reopen it to reply").waitFor();
  assert.equal(await grace.getByRole("log").locator("[data-note-seq].note").count(), 0);
  assert.equal(await ada.getByRole("heading", { level: 1 }).innerText(), "Grace");

  await ada.getByRole("button", { name: "Undo" }).click();
  await grace.getByText("Yours").waitFor();
  assert.ok(await grace.getByRole("button", { name: "Claim", exact: true }).isHidden());
  await send(grace).and(grace.locator(":enabled")).click();
  await message(ada, "It left this morning").waitFor();
});

test("a reply being written stays one when the claim is lost, and is sent only by hand", async () => {
  const { ada, grace, address } = await conversation("Which one is mine?");
  const again = await grace.context().newPage();
  await again.goto(address);
  await again.getByText("Yours").waitFor();
  await composer(grace).fill("The blue one");
  await again.getByRole("button", { name: "Return to queue" }).click();
  await grace.getByText("Your claim has ended. What you wrote was not sent:").waitFor();
  assert.equal(await composer(grace).inputValue(), "The blue one");
  assert.equal(await message(ada, "The blue one").count(), 0);

  const linus = await newWindow();
  await signIn(linus, LINUS.email);
  await linus.goto(address);
  await linus.getByText("Yours").waitFor();
  await grace.getByText("Linus holds this conversation now.").waitFor();
  assert.ok(await send(grace).isDisabled());
  await linus.getByRole("button", { name: "Return to queue" }).click();
  await grace.getByRole("button", { name: "Claim again" }).click();
  await grace.getByText("Yours").waitFor();
  await send(grace).and(grace.locator(":enabled")).click();
  await message(ada, "The blue one").waitFor();
});

test("a draft outlives what another window sends, and nobody else finds it in the same browser", async () => {
  const { ada, grace, address } = await conversation("Which size?");
  await composer(grace).fill("The large one");
  const other = await grace.context().newPage();
  await other.goto(address);
  await other.getByText("Yours").waitFor();
  await composer(other).fill("Let me look up the oth");
  await composer(grace).press("Enter");
  await message(ada, "The large one").waitFor();
  await grace.close();
  await other.reload();
  await until(async () => (await composer(other).inputValue()) === "Let me look up the oth");

  await other.getByRole("button", { name: "Sign out" }).click();
  await signIn(other, LINUS.email);
  await other.goto(`${address}?as=agent&mode=view`);
  await other.locator("strong", { hasText: "Held by Grace" }).waitFor();
  assert.equal(await composer(other).inputValue(), "");
});

test("a clock that is wrong by days makes no wait longer and no snooze other", async () => {
  for (const days of [-3, 3]) {
    const [ada, grace] = [await newWindow(), await newWindow()];
    const address = await request(ada, { name: "Ada", email: "ada@example.com", text: `My clock is off by ${days}` });
    await grace.clock.setSystemTime(Date.now() + days * 86_400_000);
    await signIn(grace, GRACE.email);
    await row(grace, `My clock is off by ${days}`).getByText("just now").waitFor();
    await grace.goto(address);
    await grace.getByText("Yours").waitFor();
    await grace.locator('[data-part="waiting"]').getByText("just now").waitFor();
    assert.deepEqual(await grace.locator(".day").allInnerTexts(), ["Today"]);
    await grace.locator("chat-room h1").focus();
    await grace.keyboard.press("s");
    await grace.getByRole("option", { name: "In an hour" }).click();
    await grace.locator('[data-part="status"]').getByText("Snoozed").waitFor();
    const wakes = Date.parse(await grace.locator('[data-part="holder"] time').getAttribute("datetime"));
    assert.ok(Math.abs(wakes - Date.now() - 3_600_000) < 60_000, new Date(wakes).toISOString());
  }
});

test("what is erased is gone from the pages that show it", async () => {
  const { ada, grace, address } = await conversation("Please forget me");
  await composer(ada).fill("One more word");
  const margaret = await newWindow();
  await signIn(margaret, MARGARET.email);
  await margaret.goto("/admin/customers/");
  await margaret.locator("tbody a").first().click();
  await margaret.getByRole("link", { name: "Delete" }).click();
  await margaret.getByRole("button", { name: "Delete" }).click();
  await margaret.getByText("Deleted.").waitFor();
  for (const page of [ada, grace]) {
    await page.getByText("This conversation is not here any more").waitFor();
    await page.getByRole("heading", { name: "Not here any more" }).waitFor();
    for (const words of ["Please forget me", "Ongoing", "What you wrote is kept", "ada@example.com"]) {
      assert.ok(await page.getByText(words).first().isHidden(), words);
    }
  }
  assert.equal(await composer(ada).inputValue(), "One more word");
  assert.equal(address, new URL(ada.url()).pathname);
});

test("beside the conversation: how long the customer waits, who they are on a phone, and what their home counts", async () => {
  const { ada, grace } = await conversation("Anybody there?");
  const waiting = grace.locator('[data-part="waiting"]');
  await waiting.getByText("just now").waitFor();
  await write(grace, "Here I am.");
  await waiting.waitFor({ state: "hidden" });
  await write(ada, "Good!");
  await waiting.getByText("just now").waitFor();

  await grace.setViewportSize({ width: 360, height: 740 });
  assert.ok(await grace.getByText("ada@example.com").isHidden());
  await grace.getByRole("button", { name: "Customer" }).click();
  await grace.getByText("not verified", { exact: true }).waitFor();
  await grace.keyboard.press("Escape");
  await grace.getByText("not verified", { exact: true }).waitFor({ state: "hidden" });

  await ada.goto("/support/customer/");
  await ada.getByRole("link", { name: /Anybody there/ }).waitFor();
  for (const text of ["No need to wait.", "It is on its way."]) {
    await write(grace, text);
    await message(grace, text).waitFor();
  }
  await ada.evaluate(() => dispatchEvent(new Event("focus")));
  await ada.getByRole("link", { name: /2 new/ }).click();
  await message(ada, "It is on its way.").waitFor();
});

test("more of a long list comes below what is shown, and a search keeps the views", async () => {
  const [grace, customers] = [await newWindow(), await newWindow()];
  await customers.goto("/");
  await customers.evaluate(async () => {
    const post = async (path, body, token) => {
      const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
      return (await fetch(`/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" })).json();
    };
    const { token } = await post("/customer-sessions", { name: "Many", email: "many@example.com" });
    globalThis.request = (text) => post("/conversations", { text, client_id: crypto.randomUUID() }, token);
    for (let n = 0; n < 55; n += 1) await globalThis.request(`Request ${n}`);
  });
  await signIn(grace, GRACE.email);
  const rows = grace.locator(".rows > li");
  const total = Number.parseInt(await grace.locator(".total").innerText(), 10);
  assert.ok(total >= 55);
  assert.equal(await rows.count(), 50);
  await grace.getByRole("link", { name: "Show more" }).click();
  await rows.nth(50).waitFor();
  assert.equal(await rows.count(), total);
  assert.equal(new Set(await rows.evaluateAll((all) => all.map((row) => row.dataset.id))).size, total);

  // What comes meanwhile renews the list, which stays as long as it was made.
  await customers.evaluate(() => globalThis.request("One more request"));
  await rows.filter({ hasText: "One more request" }).waitFor();
  assert.equal(await rows.count(), total + 1);

  await grace.getByRole("searchbox").fill("Request 54");
  await grace.getByRole("heading", { name: "Search results" }).waitFor();
  await grace.getByRole("navigation", { name: "Filters" }).getByRole("link", { name: /^Queue/ }).click();
  await grace.getByRole("heading", { name: "Queue" }).waitFor();
});
