import {
  type ListedTasks,
  type ListFormat,
  listFormatOf,
  openRepository,
  type Repository,
  type TasksFromListOptions,
  tasksFromList,
} from "@cluster/batch";
import { type SampleRepository, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let sample: SampleRepository;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let repository: Repository;
beforeAll(async () => {
  const files = { "a.md": "a\n", "b.md": "b\n", "docs/c.md": "c\n", "style.md": "s\n" };
  sample = await sampleRepository({ files });
  folder = await temporaryFolder();
  await sample.write("image.png", Uint8Array.from([0x89, 0x50, 0, 1]));
  await sample.commit("an image");
  await sample.write("out.png", "x");
  repository = await openRepository(sample.path, { directory: folder.path });
});
afterAll(async () => {
  await sample[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function read(
  format: ListFormat,
  content: string,
  more: Partial<TasksFromListOptions> = {},
): Promise<ListedTasks> {
  return tasksFromList(repository, content, { format, name: `list.${format}`, ...more });
}

const WHOLE = {
  prompt: "Do a.md for Ann",
  files: ["a.md"],
  readOnlyFiles: ["style.md"],
  model: "m",
  tool: "t",
  verify: "true",
  name: "1",
  after: ["2", "x"],
};
const REST = [
  { prompt: "Two", files: [], name: "2" },
  { prompt: "X", files: ["b.md"], name: "x" },
];

describe("the same tasks", () => {
  it.each([
    [
      "jsonl",
      `{"prompt":"Do {{file}} for {{who}}","files":"a.md","who":"Ann","read":["style.md"],"model":"m","tool":"t","verify":"true","id":1,"after":[2,"x"]}

{"prompt":"Two","id":"2"}\r\n{"prompt":"X","files":["b.md"],"id":"x"}`,
    ],
    [
      "json",
      `[{"prompt":"Do {{file}} for {{who}}","file":"a.md","who":"Ann","read":"style.md","model":"m","tool":"t","verify":"true","id":1,"after":[2,"x"]},
 {"prompt":"Two","id":"2"}, {"prompt":"X","files":["b.md","b.md"],"id":"x"}]`,
    ],
    [
      "csv",
      `prompt, file ,who,read,model,tool,verify,id,after
Do {{file}} for {{who}},a.md,Ann,style.md,m,t,true,1,2; x

Two,,,,,,,2,
X,b.md,,,,,,x,`,
    ],
    [
      "tsv",
      "prompt\tfiles\twho\tread\tmodel\ttool\tverify\tid\tafter\nDo {{file}} for {{who}}\ta.md\tAnn\tstyle.md\tm\tt\ttrue\t1\t2;x\nTwo\t\t\t\t\t\t\t2\t\nX\tb.md\t\t\t\t\t\tx\t\n",
    ],
    [
      "yaml",
      `# a list
- prompt: Do {{file}} for {{who}}
  files: a.md
  who: Ann
  read: [style.md]
  model: m
  tool: t
  verify: "true"
  id: 1
  after: [2, x]
- { prompt: Two, id: 2 }
- { prompt: X, file: b.md, id: x }
`,
    ],
  ] satisfies [ListFormat, string][])("are written in %s", async (format, content) => {
    const { tasks, warnings } = await read(format, `\uFEFF${content}`);
    expect(tasks).toEqual([WHOLE, ...REST]);
    expect(warnings).toEqual([]);
  });

  it("tell their format by the ending of the name", () => {
    const names = ["a.jsonl", "b.ndjson", "c.CSV", "d.tsv", "e.yaml", "f.yml", "g.json"];
    expect(names.map(listFormatOf)).toEqual([
      "jsonl",
      "jsonl",
      "csv",
      "tsv",
      "yaml",
      "yaml",
      "json",
    ]);
    expect(() => listFormatOf("tasks.txt")).toThrow(/tasks\.txt: expected .* \.jsonl, \.csv/);
  });
});

describe("a template", () => {
  it("is the prompt of tasks that have none", async () => {
    const message = "Rename {{old name}} to {{new}} in {{files}}";
    const content = 'file,old name,new\na.md,x,y\nb.md,"1,5","say ""no""\nor {{this}}"\n';
    const { tasks } = await read("csv", content, { message, readOnlyFiles: ["style.md"] });
    expect(tasks).toEqual([
      { prompt: "Rename x to y in a.md", files: ["a.md"], readOnlyFiles: ["style.md"] },
      {
        prompt: 'Rename 1,5 to say "no"\nor {{this}} in b.md',
        files: ["b.md"],
        readOnlyFiles: ["style.md"],
      },
    ]);
  });

  it("stands in YAML and JSON beside the tasks, as whatever else they have in common", async () => {
    const yaml = `prompt: "{{verb}} {{file}}"\nmodel: big\nverb: Fix\ntasks:\n  - file: a.md\n  - { file: b.md, verb: Test, model: small }\n`;
    const expected = [
      { prompt: "Fix a.md", files: ["a.md"], model: "big" },
      { prompt: "Test b.md", files: ["b.md"], model: "small" },
    ];
    expect((await read("yaml", yaml)).tasks).toEqual(expected);
    const json = JSON.stringify({
      prompt: "{{verb}} {{file}}",
      model: "big",
      verb: "Fix",
      tasks: [{ file: "a.md" }, { file: "b.md", verb: "Test", model: "small" }],
    });
    expect((await read("json", json)).tasks).toEqual(expected);
  });
});

describe("the files of a task", () => {
  it("may be globs, folders, exclusions, or not there yet", async () => {
    const content = [
      { prompt: "x", files: ["*.md", "docs", "!style.md"] },
      { prompt: "y", files: ["docs/new.md", "./a.md"] },
    ];
    const { tasks, warnings } = await read(
      "jsonl",
      content.map((row) => JSON.stringify(row)).join("\n"),
    );
    expect(tasks.map(({ files }) => files)).toEqual([
      ["a.md", "b.md", "docs/c.md"],
      ["docs/new.md", "a.md"],
    ]);
    expect(warnings).toEqual([
      "list.jsonl: not there yet, and left to the task to create: docs/new.md.",
    ]);
  });

  it("are relative to a folder", async () => {
    const cwd = `${sample.path}/docs`;
    const { tasks } = await read("csv", "prompt,files,read\nx,c.md; ../a.md,../style.md", { cwd });
    expect(tasks).toEqual([
      { prompt: "x", files: ["docs/c.md", "a.md"], readOnlyFiles: ["style.md"] },
    ]);
  });
});

describe("what may be a mistake is said", () => {
  it("a column that nothing uses", async () => {
    const { warnings } = await read("csv", "promt,file,prompt\nx,a.md,y");
    expect(warnings).toEqual([
      "list.csv: no prompt says {{promt}}, and a task has no field of that name.",
    ]);
  });

  it("the same task twice", async () => {
    const { tasks, warnings } = await read("csv", "file,prompt\na.md,x\nb.md,x\na.md,x\n");
    expect(tasks).toHaveLength(3);
    expect(warnings).toEqual([
      "list.csv: the same task more than once, and each is done: list.csv:2, list.csv:4.",
    ]);
  });
});

/** Each with the place and what was expected and found. */
const FAULTS: readonly [ListFormat, string, RegExp][] = [
  [
    "jsonl",
    '{"prompt":"x"}\n{"prompt":',
    /^list\.jsonl:2:\d+: expected one JSON object on each line/,
  ],
  ["jsonl", '{"prompt":"x"}\n\n[1]', /^list\.jsonl:3: expected an object, found a list \[1\]\.$/],
  ["jsonl", '{"prompt":5}', /^list\.jsonl:1, "prompt": expected a text, found a number 5\.$/],
  [
    "jsonl",
    '{"prompt":"x","files":[1]}',
    /^list\.jsonl:1, "files": expected a text or a list of texts, found a list \[1\]/,
  ],
  [
    "jsonl",
    '{"prompt":"x","file":"a.md","files":["b.md"]}',
    /^list\.jsonl:1, "file": expected either "file" or "files"/,
  ],
  [
    "jsonl",
    '{"file":"a.md"}',
    /^list\.jsonl:1, "prompt": expected "prompt", or a message .*-m.*, found "file"\.$/,
  ],
  [
    "jsonl",
    '{"prompt":"{{who}}","file":"a.md"}',
    /^list\.jsonl:1: In the message, there is no \{\{who\}\}; there is \{\{file\}\}, \{\{files\}\}/,
  ],
  [
    "jsonl",
    '{"prompt":"{{who}}","who":{"a":1}}',
    /^list\.jsonl:1: .*\{\{who\}\} has no value here: .*found an object \{"a":1\}/,
  ],
  ["jsonl", '{"prompt":"{{file}}"}', /\{\{file\}\} has no value here: the task names no file/],
  ["jsonl", '{"prompt":"x","file":"image.png"}', /^list\.jsonl:1, "files": "image\.png" is binary/],
  [
    "jsonl",
    '{"prompt":"x","file":"../x.md"}',
    /^list\.jsonl:1, "files": "\.\.\/x\.md" leads out of the repository/,
  ],
  [
    "jsonl",
    '{"prompt":"x","file":"*.py"}',
    /^list\.jsonl:1, "files": "\*\.py" matches none of the files/,
  ],
  [
    "jsonl",
    '{"prompt":"x","read":"none.md"}',
    /^list\.jsonl:1: "none\.md" is to be read, and there is no such file\.$/,
  ],
  [
    "jsonl",
    '{"prompt":"x","after":"y"}',
    /^list\.jsonl:1, "after": expected the id of a task, found "y"; no task has an id\.$/,
  ],
  [
    "jsonl",
    '{"prompt":"x","id":"a"}\n{"prompt":"y","id":"a"}',
    /^list\.jsonl:2, "after": expected an id of its own, found "a", which list\.jsonl:1.* has too/,
  ],
  ["jsonl", "\n", /^list\.jsonl: expected a list of tasks, found an empty one\.$/],
  [
    "csv",
    "prompt,file\nx,a.md\ny\n",
    /^list\.csv:3: expected 2 cells, as many as the first line has, found 1/,
  ],
  ["csv", 'prompt,file\n"x,a.md\n', /^list\.csv:2: a quote is opened and never closed\.$/],
  ["csv", 'prompt,file\nsay "x",a.md\n', /^list\.csv:2: .*doubles the quote\.$/],
  ["csv", "prompt,\nx,y", /^list\.csv:1: expected a name for column 2, found none\.$/],
  ["csv", "a,b,a\n1,2,3", /^list\.csv:1: the column "a" is there twice\.$/],
  [
    "csv",
    'prompt,file\n"a\nb",a.md\n"c\nd",out.png\n',
    /^list\.csv:4, column "files": git does not track "out.png"/,
  ],
  [
    "yaml",
    "- prompt: x\n  after: [y]\n",
    /^list\.yaml:2:10, "after": expected the id of a task, found "y"/,
  ],
  ["yaml", "- prompt: x\n - y", /^list\.yaml:2:\d+: /],
  ["yaml", "- prompt: x\n- y\n", /^list\.yaml:2:3: expected an object, found a string "y"\.$/],
  [
    "yaml",
    "prompt: x\ntask: []\n",
    /^list\.yaml:1:1: expected a list of tasks, or an object with `tasks`.*; found an object without "tasks"\.$/,
  ],
  [
    "yaml",
    "just words",
    /^list\.yaml:1:1: expected a list of tasks.*found a string "just words"\.$/,
  ],
  [
    "yaml",
    "- prompt: x\n  id: a\n  after: b\n- prompt: y\n  id: b\n  after: a\n",
    /^list\.yaml:3:10, "after": these tasks wait for each other.*: a → b → a\.$/,
  ],
  [
    "json",
    '[{"prompt":"x"},\n  {"prompt":]',
    /^list\.json:2:13: expected JSON, found an unexpected token '\]'\.$/,
  ],
  [
    "json",
    '{"tasks":[{"prompt":"x"},\n  7]}',
    /^list\.json:2:3: expected an object, found a number 7\.$/,
  ],
  [
    "json",
    '[\n {"prompt":"x"},\n {"prompt":"x","model":3}\n]',
    /^list\.json:3:\d+, "model": expected a text, found a number 3\.$/,
  ],
  ["json", '[{"prompt":"x"}', /^list\.json:1:16: expected JSON, found .*\.$/],
  [
    "json",
    '[{"prompt":"x"},]',
    /^list\.json(:1:\d+)?: expected JSON, found an unexpected token '\]'\.$/,
  ],
];

describe("what is wrong is refused, with its place, what was expected and found", () => {
  it.each(FAULTS)("%s %j", async (format, content, message) => {
    await expect(read(format, content)).rejects.toThrow(message);
  });

  it("all at once", async () => {
    const rows = Array.from({ length: 7 }, () => '{"prompt":1}').join("\n");
    const error = await read("jsonl", rows).catch((thrown) => thrown);
    expect(error.code).toBe("LIST_INVALID");
    expect(error.message.split("\n")).toHaveLength(6);
    expect(error.message).toMatch(/:5, "prompt".*\n… and 2 more of the kind\.$/);
  });
});

it("no name of a column is mistaken for something of the language", async () => {
  const row = '{"prompt":"{{__proto__}} {{constructor}}","__proto__":"p","constructor":"c"}';
  expect((await read("jsonl", row)).tasks[0]?.prompt).toBe("p c");
  await expect(read("jsonl", '{"prompt":"{{constructor}}"}')).rejects.toThrow(/no \{\{constr/);
});
