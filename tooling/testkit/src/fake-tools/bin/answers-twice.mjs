import { answerOf, turns, write } from "../protocol/speak.mjs";

await turns((request) => write(answerOf(request, request.echo).repeat(2)));
