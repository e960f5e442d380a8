import type { ChatMessage, StandInModel } from "../../src/index.ts";

/** Asks for a completion as an OpenAI client does. */
export function ask(
  model: StandInModel,
  messages: readonly ChatMessage[],
  options: { stream?: boolean; key?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const { stream = false, key = model.apiKey, signal } = options;
  return fetch(`${model.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "stand-in", messages, stream }),
    ...(signal ? { signal } : {}),
  });
}

/** The text of an answer that came as one body. */
export async function textOf(response: Response | Promise<Response>): Promise<string> {
  const body = (await (await response).json()) as {
    choices: { message: { content: string } }[];
  };
  return body.choices[0]?.message.content ?? "";
}
