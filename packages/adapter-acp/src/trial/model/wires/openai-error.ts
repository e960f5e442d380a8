const TYPES: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  401: ["invalid_request_error", "invalid_api_key"],
  429: ["requests", "rate_limit_exceeded"],
};

/** An error in the shape of the OpenAI API. */
export function openAiError(status: number, message: string): unknown {
  const [type, code] = TYPES[status] ?? ["server_error", null];
  return { error: { message, type, param: null, code } };
}
