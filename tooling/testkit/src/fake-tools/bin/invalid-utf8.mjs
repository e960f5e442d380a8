// Two bytes that begin no character stand in the middle of its answer.
import { answerOf, turns, write } from "../protocol/speak.mjs";

await turns((request) => {
  const [before, after] = answerOf(request, `${request.echo} @ end`).split("@");
  write(Buffer.concat([Buffer.from(before), Buffer.of(0xff, 0xc3), Buffer.from(after)]));
});
