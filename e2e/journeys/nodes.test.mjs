// Two browsers on two nodes, and what they notice when Redis, a node or the network goes away.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, openWindow } from "../browser.mjs";
import { PASSWORD, message, request, signIn, write } from "../people.mjs";
import { startTwoNodes } from "../two-nodes.mjs";

const GRACE = { name: "Grace", email: "grace@example.com", password: PASSWORD };
/** How long Redis is away; FRONTDESK_BUS_OUTAGE_S sets another time. */
const OUTAGE_MS = 1_000 * (process.env.FRONTDESK_BUS_OUTAGE_S ?? 20);
/** Within which a view without the bus is right (D6). */
const KEEPS_UP_MS = 10_000;

let nodes, browser, windows;

before(async () => {
  [nodes, browser] = await Promise.all([startTwoNodes(), launch()]);
  await nodes.agent(GRACE);
});

after(async () => {
  await browser?.close();
  await nodes?.stop();
});

beforeEach(() => (windows = []));

afterEach(async () => {
  for (const { context, complaints } of windows) {
    await context.close();
    assert.deepEqual(complaints, []);
  }
});

/** A window that talks to `node-1`, `node-2` or whichever the `proxy` chooses. */
async function newWindow(node) {
  const opened = await openWindow(browser, nodes.urls[node]);
  windows.push(opened);
  return opened.page;
}

/** Chromium logs each attempt to connect while nobody listens. */
function forgiveLostConnections() {
  for (const { complaints } of windows) {
    assert.deepEqual(complaints.filter((complaint) => !/WebSocket connection|Failed to load resource/.test(complaint)), []);
    complaints.length = 0;
  }
}

async function readiness(node) {
  const response = await fetch(`${nodes.urls[node]}/readyz`);
  return { status: response.status, ...(await response.json()) };
}

/** Writes on one page and gives how long it took to show on the other. */
async function crossing(from, to, text) {
  const began = Date.now();
  await write(from, text);
  await message(to, text).waitFor();
  return Date.now() - began;
}

/** Opens a page as soon as the proxy has noticed that a node is there. */
async function openOnceServed(page, address) {
  while (!(await page.goto(address)).ok()) await page.waitForTimeout(100);
}

function texts(page) {
  return page.getByRole("log").locator("[data-seq] .bubble").allInnerTexts();
}

test("a customer on one node and an agent on the other: request, claim, chat both ways, resolve", async () => {
  const [ada, grace] = [await newWindow("node-1"), await newWindow("node-2")];
  await signIn(grace, GRACE.email);
  await request(ada, { name: "Ada", email: "ada@example.com", text: "Which node are you on?" });
  await grace.getByRole("link", { name: /Ada.*Which node are you on/s }).click();
  await grace.getByRole("button", { name: "Claim", exact: true }).click();
  await grace.getByText("Yours").waitFor();
  await ada.getByRole("heading", { name: "Grace" }).waitFor();
  await crossing(grace, ada, "On the other one.");
  await message(grace, "On the other one.").getByText("Seen").waitFor();
  await ada.getByRole("textbox").pressSequentially("One would");
  await grace.getByText("Ada is typing").waitFor();
  await crossing(ada, grace, "One would not notice.");
  await grace.getByRole("button", { name: "Resolve" }).click();
  await ada.getByText("This is resolved.").waitFor();
  assert.deepEqual(await texts(ada), await texts(grace));
});

test("Redis is away for a while: both sides keep up within ten seconds, health says so, and it heals by itself", async () => {
  const [ada, grace, inbox] = [await newWindow("node-1"), await newWindow("node-2"), await newWindow("node-2")];
  const address = await request(ada, { name: "Bea", email: "bea@example.com", text: "Can you hear me?" });
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  await signIn(inbox, GRACE.email);
  assert.deepEqual((await readiness("node-1")).bus, "up");

  await nodes.order("stop redis");
  const began = Date.now();
  let sent = 0, slowest = 0;
  while (Date.now() - began < OUTAGE_MS) {
    sent += 1;
    slowest = Math.max(slowest, await crossing(ada, grace, `From the customer, ${sent}.`));
    slowest = Math.max(slowest, await crossing(grace, ada, `From the agent, ${sent}.`));
    for (const node of ["node-1", "node-2"]) {
      const { status, bus, ready } = await readiness(node);
      assert.deepEqual({ status, bus, ready }, { status: 200, bus: "down", ready: true });
    }
  }
  assert.ok(slowest <= KEEPS_UP_MS, `a message took ${slowest} ms`);
  // The inbox of the other node shows a new request, too.
  const cleo = await newWindow("node-1");
  await request(cleo, { name: "Cleo", email: "cleo@example.com", text: "Is anybody there?" });
  await inbox.getByRole("link", { name: /Cleo.*Is anybody there/s }).waitFor({ timeout: KEEPS_UP_MS });
  for (const page of [ada, grace]) assert.equal(await page.getByText("You are offline.").isVisible(), false);

  await nodes.order("start redis");
  const healed = Date.now() + KEEPS_UP_MS;
  while ((await readiness("node-1")).bus !== "up" || (await readiness("node-2")).bus !== "up") {
    assert.ok(Date.now() < healed, "the bus did not come back");
  }
  await crossing(ada, grace, "There you are.");
  await grace.getByRole("button", { name: "Resolve" }).click();
  await ada.getByText("This is resolved.").waitFor();
  assert.equal((await texts(ada)).length, 2 * sent + 2);
  assert.deepEqual(await texts(ada), await texts(grace));
  console.log(`Redis away for ${OUTAGE_MS / 1_000} s: ${2 * sent} messages, the slowest after ${slowest} ms`);
});

test("a node is killed: what was unsent is kept through a reload and arrives once, by the other node", async () => {
  await nodes.order("stop node-2");
  const ada = await newWindow("proxy");
  const address = await request(ada, { name: "Dora", email: "dora@example.com", text: "Hello?" });
  await message(ada, "Hello?").waitFor();

  await nodes.order("kill node-1");
  await ada.getByText("You are offline.").waitFor();
  await write(ada, "Said into the void");
  await ada.getByText("Not sent yet").waitFor();
  assert.equal(await message(ada, "Said into the void").count(), 0);

  // The page is left while nobody answers, and opened again when the other node does.
  assert.equal((await ada.goto(address)).status(), 503);
  await nodes.order("start node-2");
  await openOnceServed(ada, address);
  await message(ada, "Said into the void").waitFor();
  await ada.getByText("Not sent yet").waitFor({ state: "hidden" });
  assert.equal(await ada.getByText("You are offline.").isVisible(), false);

  await nodes.order("start node-1");
  const grace = await newWindow("node-1");
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await message(grace, "Said into the void").waitFor();
  await ada.reload();
  assert.deepEqual(await texts(ada), ["Hello?", "Said into the void"]);
  assert.deepEqual(await texts(grace), ["Hello?", "Said into the void"]);
  forgiveLostConnections();
});

test("both nodes are killed: chat and inbox say so, come back by themselves, and show what happened meanwhile", async () => {
  const [ada, ben, grace, inbox] = await Promise.all(["proxy", "proxy", "proxy", "proxy"].map(newWindow));
  await request(ben, { name: "Ben", email: "ben@example.com", text: "I wait" });
  const address = await request(ada, { name: "Ema", email: "ema@example.com", text: "Stay with me" });
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  await signIn(inbox, GRACE.email);

  await Promise.all(["kill node-1", "kill node-2"].map(nodes.order));
  const offline = [ada.getByText("You are offline."), grace.getByText("You are offline."), inbox.getByText("The connection is lost.")];
  for (const banner of offline) await banner.waitFor();
  await write(ada, "From a customer offline");
  await write(grace, "From an agent offline");
  await write(ben, "I wait still");
  for (const page of [ada, ben, grace]) await page.getByText("Not sent yet").waitFor();

  await nodes.order("start node-1");
  await nodes.order("start node-2");
  for (const banner of offline) await banner.waitFor({ state: "hidden" });
  for (const page of [ada, grace]) {
    await message(page, "From a customer offline").waitFor();
    await message(page, "From an agent offline").waitFor();
  }
  await inbox.getByRole("link", { name: /Ben.*I wait still/s }).waitFor();
  assert.equal((await texts(ada)).length, 3);
  assert.deepEqual(await texts(ada), await texts(grace));
  forgiveLostConnections();
});

test("the database is away: what is written meanwhile is sent when it is back", async () => {
  const [ada, grace] = [await newWindow("node-1"), await newWindow("node-2")];
  const address = await request(ada, { name: "Hal", email: "hal@example.com", text: "Do you keep this?" });
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  await nodes.order("stop postgres");
  await write(ada, "And this?");
  await ada.getByText("Not sent yet").waitFor();
  assert.equal((await readiness("node-1")).status, 503);
  await nodes.order("start postgres");
  await message(grace, "And this?").waitFor();
  await ada.getByText("Not sent yet").waitFor({ state: "hidden" });
  assert.deepEqual(await texts(ada), ["Do you keep this?", "And this?"]);
  forgiveLostConnections();
});

test("without a network the page says so at once; two tabs each keep their own unsent messages, and send them when it is back", async () => {
  const [ada, grace] = [await newWindow("node-1"), await newWindow("node-2")];
  const address = await request(ada, { name: "Gil", email: "gil@example.com", text: "My train has tunnels" });
  await signIn(grace, GRACE.email);
  await grace.goto(address);
  await grace.getByText("Yours").waitFor();
  const tab = await ada.context().newPage();
  await tab.goto(address);
  await ada.context().setOffline(true);
  for (const [page, text] of [[ada, "From the first tab"], [tab, "From the second tab"]]) {
    await page.getByText("You are offline.").waitFor();
    await write(page, text);
    await page.getByText("Not sent yet").waitFor();
  }
  await ada.close();
  await tab.context().setOffline(false);
  await message(grace, "From the second tab").waitFor();
  await tab.getByText("You are offline.").waitFor({ state: "hidden" });
  await tab.reload();
  await message(grace, "From the first tab").waitFor();
  await message(tab, "From the first tab").waitFor();
  const said = ["From the first tab", "From the second tab", "My train has tunnels"];
  for (const page of [tab, grace]) assert.deepEqual((await texts(page)).toSorted(), said);
  forgiveLostConnections();
});

test("over HTTPS, as compose.yaml has it", async () => {
  const secure = await startTwoNodes("--tls");
  try {
    await secure.agent(GRACE);
    const opened = [0, 1].map(() => openWindow(browser, secure.urls.proxy, { ignoreHTTPSErrors: true }));
    windows = await Promise.all(opened);
    const [ada, grace] = windows.map(({ page }) => page);
    const address = await request(ada, { name: "Ida", email: "ida@example.com", text: "Is this private?" });
    await signIn(grace, GRACE.email);
    await grace.goto(address);
    await grace.getByText("Yours").waitFor();
    await crossing(grace, ada, "It is.");
    const cookies = await ada.context().cookies();
    assert.ok(cookies.length > 0 && cookies.every(({ name, secure }) => secure && name.startsWith("__Host-")));
  } finally {
    for (const { page } of windows) await page.goto("about:blank");
    await secure.stop();
  }
});
