// The customer's requests are as they are now whenever somebody looks at them.
import "./once.js";
import { localise } from "./times.js";
import { fragment } from "./trusted.js";

const EVERY = 20_000;

async function renew() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch("/support/customer/").catch(() => null);
  if (!answer?.ok) return;
  const list = document.querySelector('[data-part="requests"]');
  const news = fragment(await answer.text()).querySelector('[data-part="requests"]');
  if (!news) return;
  localise(news);
  if (news.textContent === list.textContent) return;
  const focused = document.activeElement?.closest("a.request")?.getAttribute("href");
  list.replaceWith(news);
  if (focused) news.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

addEventListener("focus", renew);
addEventListener("pageshow", (event) => event.persisted && renew());
document.addEventListener("visibilitychange", renew);
setInterval(renew, EVERY);
