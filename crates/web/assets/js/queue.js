// The customer's place in the queue, in words. The same words stand in the first paint (src/chat/room.rs).
export function queueText({ ahead, estimate_s: estimate, agents_online: online }) {
  if (!online) return "Nobody is here now, we answer on this page";
  const place = ahead === 0 ? "You are next" : `About ${ahead} ahead of you`;
  return estimate === null ? place : `${place}, about ${span(Math.floor(estimate / 60))}`;
}

function span(minutes) {
  return minutes <= 1 ? "a minute" : `${minutes} minutes`;
}
