// Calls to the REST interface of this server.
import { say } from "./texts.js";
import { setClock } from "./times.js";

/** A refusal, with the server's stable `code` and words for the reader. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? say("did-not-work"));
    this.status = status;
    this.code = problem.code;
    this.problem = problem;
  }
}

/** Calls `path` under `/api/v1` as `role`; answers the JSON, or null without a body. */
export async function call(method, path, role, body) {
  const init = { method, headers: { accept: "application/json" }, credentials: "same-origin" };
  if (body !== undefined) {
    init.headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/api/v1${path}${path.includes("?") ? "&" : "?"}as=${role}`, init);
  } catch {
    throw new Refused(0, { code: "offline", detail: say("server-unreachable") });
  }
  setClock(response);
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, parsed(text));
  return text ? JSON.parse(text) : null;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
