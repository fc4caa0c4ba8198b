// The customer's place in the queue, in words. The same words stand in the first paint (src/chat/room.rs).
import { say } from "./texts.js";

export function queueText({ ahead, estimate_s: estimate, agents_online: online }) {
  if (!online) return say("queue-nobody");
  if (estimate === null) return say("queue-place", { ahead });
  return say("queue-place-and-time", { ahead, minutes: Math.max(1, Math.floor(estimate / 60)) });
}
