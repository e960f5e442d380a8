// A coding agent that speaks the Agent Client Protocol and needs no model. Written without the SDK, so
// that both sides cannot share a mistake. Each line of a prompt is an order, done one after the other:
//
//   say TEXT                 words of the agent
//   think TEXT               thoughts, which are no part of its answer
//   remember WORD, recall    context of the session
//   write PATH TEXT          asks for permission, then edits by itself
//   write-unasked PATH TEXT  edits, and tells only afterwards
//   shell COMMAND            asks for permission, then runs it by itself
//   ask KIND PATH...         asks for permission, without a tool call before; says what was answered
//   ask-short KIND PATH      the same after a tool call that has the path: the request names only that call
//   ask-move FROM TO         asks to edit a file, and the input has another name for it
//   fs-read PATH, fs-write PATH TEXT, terminal COMMAND   has the client do it; says what came of it
//   fs-write-on PATH TEXT    the same, and does not wait for the answer
//   call METHOD              a request that no client knows; says the code of the error
//   error CODE TEXT          ends the turn with an error
//   end REASON               ends the turn with this stop reason
//   system-error TEXT        ends the turn normally, with an error as its words and no tokens
//   hang                     never answers; a cancel is heard
//   mode                     says which mode was set in the session
//   stray MODE               goes into another mode by itself, and tells so
//   title                    says which title was given to the session
//   pid                      says its process
//   spend IN OUT             tells tokens as it goes
//   print TEXT               a line on stdout that is no message
//   log TEXT                 a line on stderr
//   long N                   says a text of so many bytes in one message
//   refuse-mode              the next mode that somebody sets is refused
//   child                    starts a process of its own session, which outlives the turn
//   bad-json, flood, twice, cut, die, late TEXT
//   say-as ID TEXT           words of the message that has this id
//   call-open ID PATH, call-done ID PATH, call-ask ID PATH   an edit that it tells of, ends, and asks for
//   by-itself ORDER         the order is done when the turn has been answered
//   afterwards ORDER         the order is done after the turn, when the client is heard next
//   next-turn ORDER          the order is done when the next prompt of the session has come
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const has = (fault) => process.argv.includes(`--${fault}`);
const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const sessions = new Map();
let loggedIn = false;
const awaited = new Map();
/** What is to be said before anything else is heard. */
const afterwards = [];
let nextId = 1000;
let nextCall = 1;
let nextSession = 1;
let modeRefused = false;

class Failure extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function request(method, params) {
  const id = nextId++;
  send({ id, method, params });
  return new Promise((settle, reject) => awaited.set(id, { settle, reject }));
}

const update = (session, update) =>
  send({ method: "session/update", params: { sessionId: session.id, update } });
const say = (session, text) =>
  update(session, { sessionUpdate: "agent_message_chunk", content: { type: "text", text } });

async function permission(session, toolCall) {
  const options = [
    { optionId: "x-1", name: "Yes, for ever", kind: "allow_always" },
    { optionId: "x-2", name: "Yes", kind: "allow_once" },
    { optionId: "x-3", name: "No", kind: "reject_once" },
  ];
  const { outcome } = await request("session/request_permission", {
    sessionId: session.id,
    toolCall,
    options,
  });
  if (outcome.outcome === "cancelled") return "cancelled";
  return options.find(({ optionId }) => optionId === outcome.optionId)?.kind ?? "unknown option";
}

/** As a tool call, asked for and told. Returns whether it was done. */
async function act(session, kind, path, title, rawInput, deed) {
  const toolCallId = `call-${nextCall++}`;
  const locations = path === null ? [] : [{ path: resolve(session.cwd, path) }];
  const call = { toolCallId, kind, title, locations, rawInput };
  update(session, { sessionUpdate: "tool_call", status: "pending", ...call });
  const answer = await permission(session, call);
  const done = answer.startsWith("allow");
  if (done) deed();
  update(session, {
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: done ? "completed" : "failed",
  });
  say(session, `${title}: ${answer}. `);
}

async function asked(session, words) {
  try {
    say(session, await words());
  } catch (error) {
    say(session, `error ${error.code}: ${error.message}`);
  }
}

const ORDERS = {
  say: (session, text) => say(session, text),
  think: (session, text) =>
    update(session, { sessionUpdate: "agent_thought_chunk", content: { type: "text", text } }),
  "say-as": (session, rest) => {
    const [messageId, text] = cut(rest);
    const content = { type: "text", text };
    update(session, { sessionUpdate: "agent_message_chunk", messageId, content });
  },
  "call-open": (session, rest) => {
    const [toolCallId, path] = cut(rest);
    const call = { toolCallId, kind: "edit", title: `Write ${path}`, status: "in_progress" };
    const locations = [{ path: resolve(session.cwd, path) }];
    update(session, { sessionUpdate: "tool_call", ...call, locations });
  },
  "call-done": (session, rest) => {
    const [toolCallId, path] = cut(rest);
    const call = { toolCallId, kind: "edit", status: "completed" };
    const locations = [{ path: resolve(session.cwd, path) }];
    update(session, { sessionUpdate: "tool_call_update", ...call, locations });
  },
  "call-ask": async (session, rest) => {
    const [toolCallId, path] = cut(rest);
    const locations = [{ path: resolve(session.cwd, path) }];
    say(session, await permission(session, { toolCallId, kind: "edit", locations }));
  },
  "by-itself": (session, rest) => void setImmediate(() => obey(session, rest)),
  afterwards: (session, rest) => afterwards.push(() => obey(session, rest)),
  "next-turn": (session, rest) => session.next.push(rest),
  remember: (session, word) => {
    session.memory.push(word);
    say(session, "remembered");
  },
  recall: (session) => say(session, session.memory.join(" ") || "nothing"),
  mode: (session) => say(session, session.mode ?? "none"),
  stray: (session, currentModeId) => {
    session.mode = currentModeId;
    update(session, { sessionUpdate: "current_mode_update", currentModeId });
  },
  title: (session) => say(session, session.title ?? "none"),
  spend: (session, rest) => {
    const [inputTokens, outputTokens] = rest.split(" ").map(Number);
    const _meta = { usage: { inputTokens, outputTokens } };
    const content = { type: "text", text: "" };
    update(session, { sessionUpdate: "agent_message_chunk", content, _meta });
  },
  pid: (session) => say(session, String(process.pid)),
  write: (session, rest) => {
    const [path, text] = cut(rest);
    return act(session, "edit", path, `Write ${path}`, { file_path: path }, () =>
      writeFileSync(resolve(session.cwd, path), `${text}\n`),
    );
  },
  "write-unasked": (session, rest) => {
    const [path, text] = cut(rest);
    const toolCallId = `call-${nextCall++}`;
    writeFileSync(resolve(session.cwd, path), `${text}\n`);
    const call = { toolCallId, kind: "edit", title: `Write ${path}`, status: "completed" };
    const locations = [{ path: resolve(session.cwd, path) }];
    update(session, { sessionUpdate: "tool_call", ...call, locations });
  },
  shell: (session, command) =>
    act(session, "execute", null, command, { command }, () =>
      spawnSync("sh", ["-c", command], { cwd: session.cwd }),
    ),
  ask: async (session, rest) => {
    const [kind, paths] = cut(rest);
    const named = paths === "" ? [] : paths.split(" ");
    const locations = named.map((path) => ({ path: resolve(session.cwd, path) }));
    const call = { toolCallId: `call-${nextCall++}`, kind, title: `May I ${kind}`, locations };
    say(session, await permission(session, call));
  },
  "ask-short": async (session, rest) => {
    const [kind, path] = cut(rest);
    const toolCallId = `call-${nextCall++}`;
    const call = { toolCallId, kind, title: `May I ${kind}`, rawInput: { file_path: path } };
    update(session, { sessionUpdate: "tool_call", status: "pending", ...call });
    say(session, await permission(session, { toolCallId, kind }));
  },
  "ask-move": async (session, rest) => {
    const [from, move_path] = cut(rest);
    const rawInput = { changes: { [from]: { type: "update", unified_diff: "", move_path } } };
    const call = { toolCallId: `call-${nextCall++}`, kind: "edit", title: "Move", rawInput };
    say(session, await permission(session, call));
  },
  "fs-read": (session, path) =>
    asked(session, async () => {
      const params = { sessionId: session.id, path: resolve(session.cwd, path) };
      return (await request("fs/read_text_file", params)).content;
    }),
  "fs-write": (session, rest) =>
    asked(session, async () => {
      const [path, content] = cut(rest);
      const params = { sessionId: session.id, path: resolve(session.cwd, path), content };
      await request("fs/write_text_file", params);
      return "written";
    }),
  "fs-write-on": (session, rest) => {
    const [path, content] = cut(rest);
    const params = { sessionId: session.id, path: resolve(session.cwd, path), content };
    request("fs/write_text_file", params).catch(() => {});
  },
  terminal: (session, command) =>
    asked(session, async () => {
      const sessionId = session.id;
      const { terminalId } = await request("terminal/create", { sessionId, command });
      if (command.endsWith("&")) return "started";
      const { exitCode } = await request("terminal/wait_for_exit", { sessionId, terminalId });
      const { output } = await request("terminal/output", { sessionId, terminalId });
      await request("terminal/release", { sessionId, terminalId });
      return `${exitCode}: ${output.trim()}`;
    }),
  call: (session, method) =>
    asked(session, async () => JSON.stringify(await request(method, { sessionId: session.id }))),
  error: (_session, rest) => {
    const [code, message] = cut(rest);
    throw new Failure(Number(code), message);
  },
  "refuse-mode": () => {
    modeRefused = true;
  },
  hang: (session) => new Promise((_, reject) => session.onCancel(() => reject(new Failure(0)))),
  long: (session, bytes) => say(session, "x".repeat(Number(bytes))),
  child: (session) => {
    spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    say(session, "started");
  },
  print: (_session, text) => process.stdout.write(`${text}\n`),
  log: (_session, text) => process.stderr.write(`${text}\n`),
  "bad-json": () => process.stdout.write('{"jsonrpc":"2.0","id":\n'),
  flood: (session) =>
    new Promise((_, reject) => {
      const text = "x".repeat(64 * 1024);
      const more = () => {
        if (session.cancelled) return reject(new Failure(0));
        say(session, text);
        setImmediate(more);
      };
      more();
    }),
  cut: () => {
    process.stdout.write('{"jsonrpc":"2.0","method":"session/upd', () => process.exit(0));
    return new Promise(() => {});
  },
  die: () => {
    process.stderr.write("fake agent: out of memory\n");
    process.exit(3);
  },
};

function cut(text) {
  const end = text.indexOf(" ");
  return end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
}

function obey(session, line) {
  const [order, rest] = cut(line);
  return ORDERS[order]?.(session, rest);
}

async function prompt(id, { sessionId, prompt: blocks }) {
  const session = sessions.get(sessionId);
  if (session === undefined) throw new Failure(-32002, "no such session");
  const lines = blocks.flatMap(({ text }) => text.split("\n"));
  if (session.busy && has("merges-prompts")) {
    session.lines.push(...lines);
    return null;
  }
  session.busy = true;
  session.cancelled = false;
  session.lines = [...session.next.splice(0), ...lines];
  let stopReason = "end_turn";
  let usage = { inputTokens: 100, outputTokens: 10, totalTokens: 110 };
  let after = () => {};
  try {
    for (let line = session.lines.shift(); line !== undefined; line = session.lines.shift()) {
      const [order, rest] = cut(line);
      if (order === "end") stopReason = rest;
      else if (order === "system-error") {
        say(session, rest);
        usage = null;
        const _meta = { codex: { threadStatus: "systemError" } };
        update(session, { sessionUpdate: "session_info_update", _meta });
      } else if (order === "twice") after = () => send({ id, result: { stopReason, usage } });
      else if (order === "late") after = () => say(session, rest);
      else await obey(session, line);
      if (session.cancelled) throw new Failure(0);
    }
  } catch (error) {
    if (!session.cancelled) throw error;
    stopReason = "cancelled";
    usage = undefined;
  } finally {
    session.busy = false;
  }
  if (has("no-usage")) usage = undefined;
  setImmediate(after);
  return { stopReason, ...(usage === undefined ? {} : { usage }) };
}

const METHODS = {
  initialize: () => ({
    protocolVersion: has("wrong-version") ? 2 : 1,
    agentCapabilities: { sessionCapabilities: { close: {} } },
  }),
  authenticate: (_id, { methodId }) => {
    loggedIn = methodId === "key";
    if (!loggedIn) throw new Failure(-32602, `There is no method ${methodId}`);
    return {};
  },
  "session/new": (_id, { cwd }) => {
    if (has("needs-auth") || (has("wants-key") && !loggedIn))
      throw new Failure(-32000, "Authentication required");
    const session = { id: `session-${nextSession++}`, cwd, memory: [], next: [], lines: [] };
    session.busy = false;
    session.onCancel = (heard) => {
      session.heard = heard;
    };
    sessions.set(session.id, session);
    const availableModes = has("other-modes")
      ? [{ id: "yolo", name: "Yolo" }]
      : [
          { id: "default", name: "Default" },
          { id: "auto", name: "Auto" },
        ];
    update(session, { sessionUpdate: "available_commands_update", availableCommands: [] });
    if (has("mode-option")) {
      const values = availableModes.map(({ id: value, name }) => ({ value, name }));
      const options = [{ group: "all", name: "All", options: values }];
      const mode = { id: "how", name: "Mode", category: "mode", type: "select", options };
      return { sessionId: session.id, configOptions: [{ ...mode, currentValue: "auto" }] };
    }
    return {
      sessionId: session.id,
      modes: { currentModeId: availableModes[0].id, availableModes },
    };
  },
  "session/set_mode": (_id, { sessionId, modeId }) => {
    const refused = modeRefused;
    modeRefused = false;
    if (refused) throw new Failure(-32603, "try again");
    sessions.get(sessionId).mode = modeId;
    return {};
  },
  "session/set_config_option": (_id, { sessionId, configId, value }) => {
    if (configId !== "how") throw new Failure(-32602, "no such option");
    sessions.get(sessionId).mode = value;
    return { configOptions: [] };
  },
  "session/set_title": (_id, { sessionId, title }) => {
    sessions.get(sessionId).title = title;
    return { title };
  },
  "session/close": (_id, { sessionId }) => {
    sessions.delete(sessionId);
    return {};
  },
  "session/prompt": prompt,
  "session/cancel": (_id, { sessionId }) => {
    const session = sessions.get(sessionId);
    if (session === undefined || has("ignores-cancel")) return;
    session.cancelled = true;
    session.heard?.();
  },
};

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    for (const order of afterwards.splice(0)) order();
    const { id, method, params, result, error } = JSON.parse(line);
    if (method === undefined) {
      const waiting = awaited.get(id);
      awaited.delete(id);
      if (error === undefined) waiting?.settle(result);
      else waiting?.reject(new Failure(error.code, error.message));
      return;
    }
    try {
      if (METHODS[method] === undefined && has("ignores-unknown")) return;
      if (METHODS[method] === undefined) throw new Failure(-32601, "no such method");
      const answer = await METHODS[method](id, params);
      if (id !== undefined && answer !== null) send({ id, result: answer });
    } catch ({ code, message }) {
      if (id !== undefined) send({ id, error: { code: code ?? -32603, message } });
    }
  })
  .on("close", () => {
    if (has("ignores-eof")) setInterval(() => {}, 60_000);
    else process.exit(0);
  });
