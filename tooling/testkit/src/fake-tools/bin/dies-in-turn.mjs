// Half an answer, a last word on stderr, and the end: --signal SIGSEGV, or --code.
import { answerOf, options, turns } from "../protocol/speak.mjs";

await turns((request) => {
  const bytes = answerOf(request, request.echo);
  process.stdout.write(bytes.slice(0, bytes.length / 2), () => {
    process.stderr.write("fatal: the fake tool dies in its turn\n", () => {
      if (options.signal) process.kill(process.pid, options.signal);
      else process.exit(Number(options.code || 7));
    });
  });
});
