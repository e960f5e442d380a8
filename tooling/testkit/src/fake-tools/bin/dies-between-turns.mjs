// Answers well and exits right after.
import { answerOf, options, turns } from "../protocol/speak.mjs";

await turns((request) => {
  process.stdout.write(answerOf(request, request.echo), () =>
    process.exit(Number(options.code || 5)),
  );
});
