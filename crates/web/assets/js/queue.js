// The customer's place in the queue, in words. The same words stand in the first paint.
export function queueText({ ahead, estimate_s: estimate, agents_online: online }) {
  if (!online) return "Nobody is here now, we answer on this page";
  const place = ahead === 0 ? "You are next" : `About ${ahead} ahead of you`;
  if (estimate === null) return place;
  const minutes = Math.max(1, Math.round(estimate / 60));
  return `${place}, about ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}
