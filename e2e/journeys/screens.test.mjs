// Every screen: axe finds nothing in either theme, and nothing is cut off at any width, whatever somebody typed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, openWindow } from "../browser.mjs";
import { startDemo } from "../frontdesk.mjs";
import { visitAll } from "../screens.mjs";

const AXE = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const WIDTHS = [360, 768, 1440];

let demo, browser;

before(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("every screen is accessible in both themes, and whole at every width", async () => {
  const { page, context, complaints } = await openWindow(browser, demo.url, { reducedMotion: "reduce" });
  await context.addInitScript(AXE);
  const faults = [];
  let seen = 0;
  await visitAll(page, async (page, name) => {
    seen += 1;
    for (const width of WIDTHS) {
      await page.evaluate(expectWidth, width);
      await page.setViewportSize({ width, height: 900 });
      const { wide, by } = await page.evaluate(scrollWidth);
      if (wide > width) faults.push(`${name} is ${wide} px wide at ${width} px by ${by}`);
    }
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const finding of await page.evaluate(findings)) faults.push(`${name}, ${colorScheme}: ${finding}`);
    }
  });
  assert.deepEqual(faults, []);
  assert.ok(seen > 60, `${seen} screens`);
  // Chromium logs the refusals that were asked for.
  assert.deepEqual(complaints.filter((complaint) => !/Failed to load resource.*(401|404|422)/.test(complaint)), []);
});

/** Prepares for a new width: the page has it before it knows that other styles are for it. */
function expectWidth(width) {
  const query = matchMedia(`(width: ${width}px)`);
  const { promise, resolve } = Promise.withResolvers();
  if (query.matches) resolve();
  else query.addEventListener("change", resolve, { once: true });
  globalThis.styled = promise;
}

/** How wide the page is once the styles for its new width have come with a frame, and what reaches beyond its edge. */
async function scrollWidth() {
  await globalThis.styled;
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  const reaches = (element) => element.getBoundingClientRect().right > innerWidth;
  const named = ({ localName, id, classList }) => [localName, id && `#${id}`, ...[...classList].map((name) => `.${name}`)].join("");
  const by = [...document.querySelectorAll("body *")].filter(reaches).map(named);
  return { wide: document.documentElement.scrollWidth, by };
}

/** What axe finds once no colour is on its way to another any more. */
async function findings() {
  // Chromium goes on naming some that have finished, of what is not shown.
  const running = () => document.getAnimations().filter(({ playState }) => playState === "running");
  while (running().length) {
    await Promise.allSettled(running().map(({ finished }) => finished));
    await new Promise(requestAnimationFrame);
  }
  const { violations } = await globalThis.axe.run();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`));
}
