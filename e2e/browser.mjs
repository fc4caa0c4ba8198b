// The system's Chromium, and windows in it that do not share cookies.
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** How long a page may take to show what is awaited: generous, since two cores serve everything at once. */
const PATIENCE_MS = 15_000;

export function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
}

/**
 * A window of its own. Whatever a page logs as an error, throws, or asks of another host is noted in `complaints`:
 * a journey ends by checking that there are none (A4).
 */
export async function openWindow(browser, baseURL, options = {}) {
  const context = await browser.newContext({ baseURL, locale: "en-GB", timezoneId: "UTC", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`threw: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`logged: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(baseURL).origin) complaints.push(`asked ${request.url()}`);
  });
  return { page, context, complaints };
}
