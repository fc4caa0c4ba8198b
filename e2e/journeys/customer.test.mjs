// The customer's side alone: from the place in the queue to the rating, without scripts, and in another browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { message, request, signIn, write } from "../people.mjs";
import { GRACE, stage } from "../stage.mjs";

const here = stage();
const { newWindow } = here;

/** Begins a request as a program does, without a page. */
async function begin(name, text) {
  const post = async (path, body, token) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    return (await fetch(`${here.server.url}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
  };
  const { token } = await post("/customer-sessions", { name, email: "someone@example.com" });
  return post("/conversations", { text, client_id: crypto.randomUUID() }, token);
}

/** Claims the first of the queue, as the inbox's button does. */
const claimNext = (agent) => agent.evaluate(() => fetch("/api/v1/claims?as=agent", { method: "POST" }).then(({ ok }) => ok));

test("place in the queue, estimate, answer, resolve, undo, rating, transcript, reopen by writing", async () => {
  const [ada, grace] = [await newWindow({ acceptDownloads: true }), await newWindow()];
  for (const name of ["One", "Two", "Three"]) await begin(name, "Before you");
  await request(ada, { name: "Ada", email: "ada@example.com", text: "My lamp flickers" });
  await ada.getByText("Nobody is here now, we answer on this page").waitFor();
  await ada.getByText("Keep this page open").waitFor();

  await signIn(grace, GRACE.email);
  await ada.getByText("About 3 ahead of you").waitFor();
  for (let claimed = 0; claimed < 3; claimed += 1) assert.ok(await claimNext(grace));
  await ada.getByText("You are next, about a minute").waitFor();
  await ada.reload();
  await ada.getByText("You are next, about a minute").waitFor();

  assert.ok(await claimNext(grace));
  await ada.getByRole("heading", { name: "Grace" }).waitFor();
  await ada.getByText("Keep this page open").waitFor({ state: "hidden" });

  await ada.getByRole("button", { name: "Mark as resolved" }).click();
  await ada.getByRole("button", { name: "Undo" }).click();
  await ada.getByText("Ongoing", { exact: true }).waitFor();
  await ada.getByRole("button", { name: "Mark as resolved" }).click();
  await ada.getByText("This is resolved.").waitFor();

  // A star counts by itself, and words may follow. Sent alone, another star leaves them.
  await ada.locator("label", { hasText: "3 of 5" }).click();
  await ada.getByText("You rated the help 3 of 5. Thank you.").waitFor();
  await ada.reload();
  await ada.getByText("You rated the help 3 of 5. Thank you.").click();
  await ada.getByLabel("In your words").fill("Quick, but the lamp <b>still</b> hums");
  await ada.getByRole("button", { name: "Send rating" }).click();
  await ada.getByLabel("In your words").waitFor({ state: "hidden" });
  await ada.getByText("You rated the help 3 of 5. Thank you.").click();
  await ada.locator("label", { hasText: "4 of 5, good" }).click();
  await ada.getByText("You rated the help 4 of 5. Thank you.").waitFor();
  await grace.goto(new URL(ada.url()).pathname);
  await grace.getByRole("log").getByText("rated the help 4 of 5: Quick, but the lamp <b>still</b> hums").waitFor();

  await ada.getByRole("button", { name: "More" }).click();
  const [saved] = await Promise.all([ada.waitForEvent("download"), ada.getByRole("link", { name: "Save as text" }).click()]);
  assert.match(saved.suggestedFilename(), /^frontdesk-\d{4}-\d\d-\d\d-[0-9a-f]{12}\.txt$/);
  assert.match(await readFile(await saved.path(), "utf8"), /UTC {2}Ada\n {4}My lamp flickers\n/);

  await ada.reload();
  await ada.getByText("You rated the help 4 of 5. Thank you.").waitFor();
  await write(ada, "It hums louder now");
  await message(ada, "It hums louder now").waitFor();
  await ada.getByText("This is resolved.").waitFor({ state: "hidden" });
});

test("without scripts: request, answers, older messages, resolve, rating, reopen", async () => {
  const [ada, grace] = [await newWindow({ javaScriptEnabled: false }), await newWindow()];
  const address = await request(ada, { name: "Ada", email: "ada@example.com", text: "No scripts here" });
  await signIn(grace, GRACE.email);
  assert.ok(await claimNext(grace));
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  await grace.evaluate(async (address) => {
    for (let n = 1; n <= 60; n += 1) {
      const body = JSON.stringify({ client_id: crypto.randomUUID(), text: `Line ${n} of the answer` });
      const path = `/api/v1/conversations/${address.split("/")[2]}/messages?as=agent`;
      await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
    }
  }, address);
  await message(grace, "Line 60 of the answer").waitFor();

  await ada.getByRole("link", { name: "Look for new messages" }).click();
  await message(ada, "Line 60 of the answer").waitFor();
  await grace.locator("[data-seq]", { hasText: "Line 60 of the answer" }).getByText("Seen").waitFor();
  assert.equal(await message(ada, "No scripts here").count(), 0);
  await ada.getByRole("link", { name: "Earlier messages" }).click();
  await message(ada, "No scripts here").waitFor();
  await ada.getByRole("link", { name: "Show the newest" }).click();

  await ada.getByRole("textbox", { name: "Message" }).fill("Thank you,\nthat was long");
  await ada.getByRole("button", { name: "Send", exact: true }).click();
  await message(grace, "that was long").waitFor();
  await ada.getByRole("button", { name: "Mark as resolved" }).click();
  await ada.locator("label", { hasText: "2 of 5, bad" }).click();
  await ada.getByRole("button", { name: "Send rating" }).click();
  await ada.getByText("You rated the help 2 of 5").waitFor();
  // Within half a minute that undoes it: Grace, who is still there, has it back.
  await ada.getByRole("button", { name: "Reopen" }).click();
  await ada.getByText("Ongoing", { exact: true }).waitFor();

  const agent = await newWindow({ javaScriptEnabled: false });
  await agent.goto("/support/agent/");
  assert.match(await agent.locator("noscript p").innerText(), /^The inbox needs JavaScript/);
});

test("a link goes on in another browser once; forgetting clears this one", async () => {
  const [ada, phone] = [await newWindow({ permissions: ["clipboard-read", "clipboard-write"] }), await newWindow()];
  const address = await request(ada, { name: "Ada \u202e(evil)", email: "ada@example.com", text: "From desk to sofa" });
  await ada.getByRole("textbox").fill("A draft that is nobody's business");
  await ada.getByRole("button", { name: "More" }).click();
  await ada.getByRole("link", { name: "Go on in another browser" }).click();
  await ada.getByRole("button", { name: "Make a link" }).click();
  await ada.getByRole("button", { name: "Copy link" }).click();
  await ada.getByText("Copied").waitFor();
  const link = await ada.evaluate(() => navigator.clipboard.readText());

  await phone.goto(link);
  await phone.getByRole("button", { name: "Go on here" }).click();
  await phone.getByRole("link", { name: /From desk to sofa/ }).click();
  await write(phone, "Now from the sofa");
  await message(phone, "Now from the sofa").waitFor();
  await phone.goto(link);
  await phone.getByText("This link does not work any more").waitFor();

  await ada.goto(address);
  await message(ada, "Now from the sofa").waitFor();
  assert.equal(await ada.getByRole("textbox").inputValue(), "A draft that is nobody's business");
  const other = await ada.context().newPage();
  await other.goto("/support/customer/");
  await other.getByRole("link", { name: "Forget me on this browser" }).click();
  await other.getByRole("button", { name: "Forget me here" }).click();
  await other.getByText("This browser has forgotten you").waitFor();
  await ada.getByText("This conversation is not here any more, or not yours.").waitFor();
  assert.deepEqual(await other.evaluate(() => Object.keys(localStorage)), []);
  await phone.goto(address);
  await message(phone, "Now from the sofa").waitFor();
  // Chromium logs the link that was used up.
  for (const { complaints } of here.windows) complaints.length = 0;
});
