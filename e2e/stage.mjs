// What every journey stands on: a server with its agents, and windows that complain about nothing.
import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { launch, openWindow } from "./browser.mjs";
import { startServer } from "./frontdesk.mjs";
import { PASSWORD } from "./people.mjs";

export const GRACE = { name: "Grace", email: "grace@example.com", password: PASSWORD };
export const LINUS = { name: "Linus", email: "linus@example.com", password: PASSWORD };
export const MARGARET = { name: "Margaret", email: "margaret@example.com", password: PASSWORD, admin: true };

/** Sets the hooks of a file of journeys. */
export function stage() {
  const here = { server: null, windows: [], newWindow };
  let browser;

  before(async () => {
    [here.server, browser] = await Promise.all([startServer(), launch()]);
    await here.server.agent(GRACE);
    await here.server.agent(LINUS);
    await here.server.agent(MARGARET);
  });

  after(async () => {
    await browser?.close();
    await here.server?.stop();
  });

  afterEach(async () => {
    for (const { context, complaints } of here.windows.splice(0)) {
      await context.close();
      assert.deepEqual(complaints, []);
    }
  });

  async function newWindow(options) {
    const opened = await openWindow(browser, here.server.url, options);
    here.windows.push(opened);
    return opened.page;
  }

  return here;
}
