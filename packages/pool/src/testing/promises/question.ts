import type { Answer, Question } from "../../contract/question.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench } from "../bench/bench.ts";
import { isRight, shown } from "../bench/turns.ts";
import type { QuestionSample } from "../samples.ts";
import { broken, describeError, notShown } from "../verdict.ts";

export const QUESTION_PROMISES: readonly AdapterPromise[] = [
  {
    id: "question.asked",
    sentence: "puts its tool's questions to the caller, with their kind and topic",
    remedy: "Call context.ask() for each question of the tool, with its kind, topic and subject.",
    needs: ["question"],
    async keep(bench) {
      const sample = await bench.sample(bench.samples.question);
      const { questions } = await turnWith(bench, sample, sample.answers[0]?.answer);
      const [question] = questions;
      if (question === undefined) broken("Expected a question to the caller, found none.");
      for (const [name, expected] of Object.entries(sample.question)) {
        const found = (question as unknown as Record<string, unknown>)[name];
        if (found !== expected) {
          broken(`Expected a question whose ${name} is ${shown(expected)}, found ${shown(found)}.`);
        }
      }
    },
  },
  {
    id: "question.answered",
    sentence: "tells its tool the answer that the caller gives",
    remedy: "Send the tool what context.ask() resolves with.",
    needs: ["question"],
    async keep(bench) {
      const { answers } = await bench.sample(bench.samples.question);
      if (answers.length < 2) notShown("samples.question has fewer than two answers that differ");
      for (const { answer, check } of answers) {
        // Made anew: the last turn may have changed what it is about.
        const sample = await bench.sample(bench.samples.question);
        const { result } = await turnWith(bench, sample, answer);
        await isRight({ check }, result, `a request whose question was answered ${shown(answer)}`);
      }
    },
  },
];

async function turnWith<Request, Result>(
  bench: Bench<Request, Result>,
  { request }: QuestionSample<Request, Result>,
  answer: Answer = { kind: "confirm", yes: false },
): Promise<{ readonly questions: readonly Question[]; readonly result: Result }> {
  const { pool } = await bench.shared();
  const questions: Question[] = [];
  const onQuestion = (question: Question): Answer => {
    questions.push(question);
    return answer;
  };
  try {
    return { result: await pool.run(request, { onQuestion }), questions };
  } catch (error) {
    broken(`Expected an answer to samples.question, found ${describeError(error)}`, error);
  }
}
