export type { AdapterPromise } from "./adapter-promise.ts";
export type { Bench, Trial, TrialOptions } from "./bench/bench.ts";
export { type Judgement, judgeAdapter } from "./judge.ts";
export type { ConformanceOptions } from "./options.ts";
export { promises } from "./promises.ts";
export {
  type Exchange,
  type FailureSample,
  HOSTILE_OUTPUTS,
  type HostileOutput,
  type QuestionSample,
  type SampleName,
  type SamplePlace,
  type Samples,
  type SecretSample,
} from "./samples.ts";
export { type TextTool, textSamples } from "./text-samples.ts";
export { BrokenPromise, NotTried, type Verdict } from "./verdict.ts";
