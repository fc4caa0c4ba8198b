// The real program, started for a journey on a free port with data of its own, and stopped with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PROGRAM = process.env.FRONTDESK_BIN ?? new URL("../target/debug/frontdesk", import.meta.url).pathname;
const READY_WITHIN_MS = 20_000;

/**
 * Starts `frontdesk serve` with empty data. `agent` adds an agent; `crash` kills it, `restart` starts it again on the
 * same data and port; `stop` ends it and removes the data.
 */
export async function startServer() {
  const data = await mkdtemp(join(tmpdir(), "frontdesk-e2e-"));
  const environment = { ...process.env, FRONTDESK_DATA_DIR: data, FRONTDESK_LISTEN: `127.0.0.1:${await freePort()}` };
  let server = await start("serve", environment);
  return {
    url: server.url,
    agent: (agent) => addAgent(agent, environment),
    crash: () => server.stop("SIGKILL"),
    restart: async () => (server = await start("serve", environment)),
    stop: async () => {
      await server.stop();
      await rm(data, { recursive: true });
    },
  };
}

/** Starts `frontdesk demo`. */
export async function startDemo() {
  return start("demo", { ...process.env, FRONTDESK_LISTEN: `127.0.0.1:${await freePort()}` });
}

async function start(command, environment) {
  const process = spawn(PROGRAM, [command], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [process.stdout, process.stderr]) stream.on("data", (part) => (output += part));
  const url = `http://${environment.FRONTDESK_LISTEN}`;
  const stop = async (signal = "SIGTERM") => {
    if (process.exitCode !== null || process.signalCode !== null) return;
    process.kill(signal);
    await once(process, "exit");
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await ready(url))) {
    if (process.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`frontdesk ${command} (${PROGRAM}) is not ready:\n${output}`);
    }
    await new Promise((later) => setTimeout(later, 50));
  }
  return { url, stop, output: () => output };
}

async function ready(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

export async function addAgent({ name, email, password, admin = false }, environment) {
  const arguments_ = ["agent", "add", "--name", name, "--email", email, "--password-stdin"];
  const process = spawn(PROGRAM, admin ? [...arguments_, "--admin"] : arguments_, {
    env: environment,
    stdio: ["pipe", "ignore", "inherit"],
  });
  process.stdin.end(`${password}\n`);
  const [code] = await once(process, "exit");
  if (code !== 0) throw new Error(`frontdesk agent add ended with ${code}`);
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}
