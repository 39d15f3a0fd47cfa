/** How long an answer of the server is waited for. Every call here is a row or two; ten seconds mean that nobody is there. */
const ANSWER_MS = 10_000;

/** A refusal or failure in the server's words: a stable code that the catalogues translate. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly reference: string | null = null,
  ) {
    super(code);
  }
}

/** Calls the server's JSON API. `Answer` is what the contract (`openapi.json`) says of this path. */
export async function call<Answer>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer> {
  const response = await reach(method, path, body);
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as Answer;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

/** Returns what went wrong as a problem, whatever was thrown. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("unknown", 0);
}

/** Asks whether the server answers at all, within a time. */
export async function isThere(withinMs: number): Promise<boolean> {
  try {
    const response = await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(withinMs) });
    return response.ok;
  } catch {
    return false;
  }
}

async function reach(method: string, path: string, body: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  try {
    return await fetch(`/api/v1${path}`, init);
  } catch {
    throw new Problem("unreachable", 0);
  }
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "code" in body && typeof body.code === "string") {
      const reference = "reference" in body && typeof body.reference === "string" ? body.reference : null;
      return new Problem(body.code, response.status, reference);
    }
  } catch {
    return new Problem("unknown", response.status);
  }
  return new Problem("unknown", response.status);
}
