// What reaches an agent who looks elsewhere, and that it is theirs whatever browser they use.
import assert from "node:assert/strict";
import { test } from "node:test";
import { message, request, signIn, until, write } from "../people.mjs";
import { GRACE, stage } from "../stage.mjs";

const { newWindow } = stage();

/** Notes what the page tells by the browser's own means, and lets it. */
async function listen(page) {
  await page.context().addInitScript(() => {
    globalThis.told = { shown: [], tones: 0 };
    globalThis.Notification = class extends Notification {
      constructor(text, options) {
        super(text, options);
        globalThis.told.shown.push([text, options.tag]);
      }
    };
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...when) {
      globalThis.told.tones += 1;
      return start.apply(this, when);
    };
  });
}

const told = (page) => page.evaluate(() => globalThis.told);
const openSettings = (page) => page.getByRole("button", { name: "Notifications", exact: true }).click();
const desktop = (page) => page.getByLabel("Show desktop notifications");
const sound = (page) => page.getByLabel("Play a short sound");

test("desktop, tone and title tell of a message; what is chosen and what is unread are the same on every page and device", async () => {
  const noor = await newWindow();
  const address = await request(noor, { name: "Noor", email: "noor@example.com", text: "I look away for a moment" });
  const grace = await newWindow({ permissions: ["notifications"] });
  await listen(grace);
  await signIn(grace, GRACE.email);
  await openSettings(grace);
  await desktop(grace).check();
  await sound(grace).check();
  await until(async () => (await told(grace)).tones > 0);
  await grace.getByRole("button", { name: "Done" }).click();
  await grace.goto(`${address}?as=agent`);
  await grace.getByText("Yours").waitFor();
  await message(grace, "I look away").waitFor();
  await grace.goto("/support/agent/?holder=me");
  const tab = await grace.context().newPage();
  await tab.goto("/support/agent/");
  const title = await tab.title();

  await write(noor, "And write meanwhile");
  await until(async () => (await told(grace)).shown.length === 1);
  const { shown, tones } = await told(grace);
  assert.deepEqual(shown, [["Noor wrote", address.split("/")[2]]]);
  assert.ok(tones > 0);
  for (const page of [grace, tab]) await page.waitForFunction(() => document.title.startsWith("(1) Inbox"));

  // Another device has what was chosen; whether its desktop may show it is its own affair.
  const other = await newWindow();
  await signIn(other, GRACE.email);
  await other.waitForFunction(() => document.title.startsWith("(1) Inbox"));
  await openSettings(other);
  assert.deepEqual([await sound(other).isChecked(), await desktop(other).isChecked()], [true, false]);
  await sound(other).uncheck();
  await other.getByRole("button", { name: "Done" }).click();

  // Read at one place, it is read everywhere.
  await grace.getByRole("link", { name: /Noor.*And write meanwhile/s }).click();
  await message(grace, "And write meanwhile").waitFor();
  for (const page of [tab, other]) await page.waitForFunction((title) => document.title === title, title);
  await grace.reload();
  await openSettings(grace);
  assert.deepEqual([await sound(grace).isChecked(), await desktop(grace).isChecked()], [false, true]);
});
