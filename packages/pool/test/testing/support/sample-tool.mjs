// A tool that can do all that a contract knows of, or all but one thing: `--fault NAME`.
// In: a line of JSON for each request. Out: `@kind id bytes` and so many bytes behind it.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

const fault = process.argv[2] ?? "";
const stateFile = "sample-tool.state";
const sessions = new Map();
let stopped = null;
let stale = null;
let asked = null;

// One that a broken test leaves behind ends by itself.
setTimeout(() => process.exit(70), 120_000).unref();

function send(kind, id, body) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  process.stdout.write(Buffer.concat([Buffer.from(`@${kind} ${id} ${bytes.length}\n`), bytes]));
}

function sleeper(ownSession) {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], {
    stdio: "ignore",
    detached: ownSession,
    // Without the marker, nobody finds it by that.
    env: ownSession ? {} : process.env,
  });
  child.unref();
}

function memory(session = 0) {
  const key = fault === "session.own-context" ? 0 : session;
  if (!sessions.has(key)) sessions.set(key, { word: null });
  return sessions.get(key);
}

const actions = {
  print: ({ text }) => text,
  bytes: ({ base64 }) => Buffer.from(base64, "base64"),
  repeat: ({ text, times }) => text.repeat(times),
  echo: ({ text }, line) => {
    process.stdout.write(`${line}\n`);
    return text;
  },
  remember: ({ word, session }) => {
    if (fault !== "context.kept") memory(session).word = word;
    if (fault === "context.replaced") writeFileSync(stateFile, word);
    return "remembered";
  },
  recall: ({ session }) => memory(session).word ?? "nothing",
  reset: () => {
    if (fault !== "context.reset") sessions.clear();
    rmSync(stateFile, { force: true });
    return "";
  },
  ping: () => "",
  slow: async ({ id, chatty }) => {
    stopped = new AbortController();
    const { signal } = stopped;
    for (let n = 0; n < 600; n += 1) {
      if (chatty) send("text", id, `still at it ${n} `);
      await delay(100, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
    }
    stopped = null;
    return "done at last";
  },
  talk: ({ text }) => {
    setTimeout(() => send("answer", 0, "by the way"), 30);
    return text;
  },
  die: () => process.exit(0),
  child: () => {
    sleeper(fault === "end.children");
    return "started";
  },
  ask: ({ id }) => {
    send("question", id, "Overwrite notes.md?");
    return new Promise((resolve) => {
      asked = resolve;
    });
  },
};

async function take(line) {
  const request = JSON.parse(line);
  const { id, action } = request;
  if (action === "answer") {
    asked?.(`you said ${request.yes ? "yes" : "no"}`);
    return;
  }
  if (action === "bye") {
    if (fault !== "end.goodbye") process.exit(0);
    return;
  }
  if (action === "interrupt") {
    if (fault === "cancel.keeps-process") return;
    // Says what it had to say of the stopped turn only when the next one comes.
    if (request.late) stale = id;
    stopped?.abort();
    send("interrupted", id, "");
    return;
  }
  if (stale !== null) {
    send("answer", stale, "done at last");
    stale = null;
  }
  if (action === "fail") {
    send("failure", id, JSON.stringify(request.failure));
    return;
  }
  const answer = await actions[action](request, line);
  if (action === "slow") return;
  if (fault === "turn.answers" && action === "print") send("answer", id, answer.slice(1));
  else send("answer", id, answer);
}

if (fault === "end.nothing-left") sleeper(true);
if (fault === "end.goodbye") setInterval(() => {}, 60_000);
if (fault === "context.replaced" && existsSync(stateFile))
  memory().word = readFileSync(stateFile, "utf8");
if (fault === "start.ready") {
  // What comes before it is ready is lost.
  process.stdin.once("data", () => {});
  await delay(300);
}
send("ready", 0, "");
for await (const line of createInterface({ input: process.stdin })) void take(line);
if (fault !== "end.goodbye") process.exit(0);
