// deploy/two-nodes, started for a journey: two nodes behind a proxy, each part of which can be stopped and started.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PROGRAM, addAgent } from "./frontdesk.mjs";

const SCRIPT = new URL("../deploy/two-nodes", import.meta.url).pathname;

/** `urls` has the addresses by name; `order` gives an order, such as `kill node-1`, and waits until it is done. */
export async function startTwoNodes(...arguments_) {
  const script = spawn(SCRIPT, arguments_, { env: { ...process.env, FRONTDESK_BIN: PROGRAM }, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: script.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("deploy/two-nodes ended; its complaint is above");
    return value;
  };
  const urls = {};
  for (let said = await line(); said !== "ready"; said = await line()) {
    const [, name, url] = said.match(/^up (\S+) .*url=(\S+)$/);
    urls[name] = url;
  }
  return {
    urls,
    agent: (agent) => addAgent(agent, { ...process.env, DATABASE_URL: urls.postgres }),
    order: async (order) => {
      script.stdin.write(`${order}\n`);
      const answer = await line();
      if (!/^(up|down) /.test(answer)) throw new Error(`${order}: ${answer}`);
    },
    stop: async () => {
      const exited = once(script, "exit");
      script.stdin.end();
      await exited;
    },
  };
}
