// Half of its answer, without a newline, and then nothing.
import { answerOf, turns, write } from "../protocol/speak.mjs";

await turns((request) => {
  const bytes = answerOf(request, request.echo);
  write(bytes.slice(0, bytes.length / 2));
});
