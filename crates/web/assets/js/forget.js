// What this browser keeps of a customer goes: drafts and unsent messages. An agent's stay.
import { forgetAll } from "./drafts.js";

forgetAll(["draft:customer:", "unsent:customer:"]);
