// A parallel refactor with real aider, through the API that `cluster run` is made of. The model is a
// stand-in on loopback; leave its lines out and set an API key to use a real one.
import { aiderAdapter } from "@cluster/adapter-aider";
import { filesFromGlobs, openRepository, startRun, tasksFromFiles } from "@cluster/batch";
import { sampleRepository, startStandInModel, temporaryFolder } from "@cluster/testkit";

await using sample = await sampleRepository({ files: 6 });
await using model = await startStandInModel();
await using folder = await temporaryFolder();
const { modelSettingsFile, modelMetadataFile } = await model.writeAiderSettings(folder.path);

const aider = aiderAdapter({
  model: model.model,
  environment: { OPENAI_API_KEY: model.apiKey },
  extraArguments: [
    ...["--openai-api-base", model.baseUrl],
    ...["--model-settings-file", modelSettingsFile],
    ...["--model-metadata-file", modelMetadataFile],
  ],
});

const repository = await openRepository(sample.path);
const { files } = await filesFromGlobs(repository, ["docs/**/*.md"]);
await using run = await startRun({
  repository,
  tool: aider,
  workers: 2,
  startTimeoutMs: 180_000,
  tasks: tasksFromFiles(files, "Add a DOC_ID header to the top of the file"),
  // Nobody needs to believe the tool: git says what changed, and this says whether it is right.
  verify: 'grep -q DOC_ID "$@"',
});
run.subscribe((event) => {
  if (event.type === "task.ended") console.log(event.outcome.files[0], event.outcome.outcome);
});

const report = await run.finished;
console.log(`${report.counts.landed} of ${report.tasks.length} landed, ${report.delivery.kind}`);
