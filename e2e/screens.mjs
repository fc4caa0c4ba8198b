// Every screen of Frontdesk, as somebody comes to it who goes through all of them in the demo: for axe, and for eyes.
import { message, request, signIn, until, write } from "./people.mjs";

/** What is hard to show: no place to break, the other direction, marks on marks, markup, placeholders, nothing. */
export const HOSTILE = {
  name: `${"Maximiliana".repeat(15)} \u202eevil\u202c 👩‍👩‍👧‍👦`,
  email: `${"long".repeat(15)}@${"very-long-host.".repeat(10)}example.com`,
  text: [
    `${"x".repeat(400)} <script>alert(1)</script> {{7*7}} \u202eright to left\u202c Z̶̛̈́̚͜a̶l̶g̶o̶ 🏳️‍🌈`,
    "مرحبا، أين طلبي رقم 48213؟ شكرا",
    `https://example.com/${"path/".repeat(40)}?q=<b>`,
    "line\n".repeat(30),
  ],
  tags: Array.from({ length: 50 }, (_, n) => `${n} ${"tag".repeat(n % 14)}`),
};

/**
 * Goes through all screens, as a customer and as the demo's administrator in one browser, and calls `look` with the page
 * and a name on each.
 */
export async function visitAll(page, look) {
  const go = async (path, name) => {
    await page.goto(path);
    await look(page, name);
  };
  await go("/", "landing");
  await go("/api/docs", "api");
  await go("/nothing/here/", "error");
  await go("/support/customer/", "customer-entrance");
  await go("/support/agent/", "agent-sign-in");
  await go("/chat/0198aaaa-0000-7000-8000-000000000000/", "error-not-open");
  const hostile = await customerScreens(page, go, look);
  await agentScreens(page, go, look, hostile);
  await adminScreens(page, go);
  await go("/demo/mail/", "demo-mail");
  await go("/demo/components/", "demo-components");
  await go("/support/customer/forget/", "customer-forget");
  await page.getByRole("button", { name: "Forget me here" }).click();
  await page.waitForURL(/forgotten/);
  await look(page, "customer-forgotten");
}

/** Gives the address of a conversation that is full of what is hard to show. */
async function customerScreens(page, go, look) {
  await page.goto("/support/customer/");
  await page.evaluate(() => document.querySelector("form").setAttribute("novalidate", ""));
  await page.getByLabel("E-mail").fill("no address");
  await page.getByRole("button", { name: "Start the conversation" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await look(page, "customer-entrance-refused");

  const address = await request(page, { ...HOSTILE, text: HOSTILE.text[0] });
  for (const text of HOSTILE.text.slice(1)) {
    await write(page, text);
    await until(async () => (await page.locator(".unsent").count()) === 0);
  }
  await look(page, "customer-chat");
  await page.getByRole("button", { name: "More" }).click();
  await look(page, "customer-chat-more");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Mark as resolved" }).click();
  await page.getByText("This is resolved.").waitFor();
  await look(page, "customer-chat-resolved");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("This is resolved.").waitFor({ state: "hidden" });
  await go("/support/customer/", "customer-home");
  await go("/support/customer/link/", "customer-link");
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByRole("button", { name: "Copy link" }).locator("xpath=preceding::input[1]").inputValue();
  await look(page, "customer-link-made");
  await go(new URL(link).pathname, "customer-link-followed");
  return address;
}

async function agentScreens(page, go, look, hostile) {
  await page.goto("/support/agent/");
  await page.getByLabel("E-mail").fill("admin@example.com");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await look(page, "agent-sign-in-refused");
  const account = page.locator(".demo-accounts tr", { hasText: "admin@" }).locator("code");
  await signIn(page, ...(await account.allInnerTexts()));
  await look(page, "inbox");
  await go("/support/agent/?holder=me", "inbox-empty");
  await go("/support/agent/?status=all&sort=newest", "inbox-all");
  await go("/support/agent/?q=order", "search");
  await go("/support/agent/?q=zzzzqqqq", "search-nothing");
  const first = async (list) => {
    await page.goto(list);
    return page.locator(".rows .row").first().getAttribute("href");
  };
  await go(await first("/support/agent/?status=ongoing"), "agent-chat-held");
  await go(await first("/support/agent/?status=resolved"), "agent-chat-resolved");
  await go(await first("/support/agent/?status=snoozed"), "agent-chat-snoozed");
  await page.goto(await first("/support/agent/?status=open&q=Pavel"));
  await page.locator("chat-room h1").focus();
  await page.keyboard.press("m");
  await page.locator(".similar").waitFor();
  await look(page, "agent-chat-similar");

  await page.goto(`${hostile}?as=agent&mode=view`);
  await page.getByRole("button", { name: "Claim", exact: true }).click();
  await page.getByText("Yours").waitFor();
  await page.evaluate(async ([address, tags]) => {
    const headers = { "content-type": "application/json" };
    await fetch(`/api/v1/conversations/${address.split("/")[2]}/tags?as=agent`, { method: "PUT", headers, body: JSON.stringify({ tags }) });
  }, [hostile, HOSTILE.tags]);
  await write(page, HOSTILE.text[0]);
  await message(page, "{{7*7}}").last().waitFor();
  await page.getByRole("group", { name: "Suggested replies" }).getByRole("button").first().waitFor();
  await look(page, "agent-chat");
  await page.getByRole("button", { name: "Private note" }).click();
  await write(page, `A note, ${HOSTILE.text[0]}`);
  await page.getByRole("log").locator(".note[data-note-seq]").first().waitFor();
  await look(page, "agent-chat-note");
  for (const [key, name] of [["?", "shortcuts"], ["Control+k", "palette"], ["s", "snooze"], ["h", "hand-over"]]) {
    await page.keyboard.press("Escape");
    await page.locator("chat-room h1").focus();
    await page.keyboard.press(key);
    await page.locator("dialog[open]").waitFor();
    await look(page, `dialog-${name}`);
  }
  await page.keyboard.press("Escape");
  await page.locator('[data-action="settings"]').click();
  await look(page, "dialog-notifications");
  await page.keyboard.press("Escape");
  await page.goto("/support/agent/?status=open&urgency=high");
  await page.getByRole("button", { name: "Save this list" }).click();
  await look(page, "dialog-save-view");
  await go("/support/agent/replies/", "replies");
}

async function adminScreens(page, go) {
  await go("/admin/", "admin");
  for (const kind of ["users", "customers", "agents", "conversations", "messages", "canned-replies", "tags", "audit-log"]) {
    await go(`/admin/${kind}/`, `admin-${kind}`);
    const record = await page.locator("tbody a").first().getAttribute("href");
    await go(record, `admin-${kind}-record`);
    for (const [part, name] of [["edit", "edit"], ["delete", "delete"]]) {
      const there = page.locator(`a[href$="/${part}"]`).first();
      if (await there.count()) {
        await go(await there.getAttribute("href"), `admin-${kind}-${name}`);
        await page.goBack();
      }
    }
    await page.goto(`/admin/${kind}/`);
    const begin = page.locator(`a[href="/admin/${kind}/new"]`);
    if (await begin.count()) await go(`/admin/${kind}/new`, `admin-${kind}-new`);
  }
  await go("/admin/urgency/", "admin-urgency");
}
