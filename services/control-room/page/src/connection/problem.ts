import { problemSchema } from '@vigil/control-room/api/model';

/** An answer of the API that is not what was asked for; `message` is for people. */
export class ApiProblem extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
  }
}

/** What a refused request says, from its problem details (RFC 9457) where it has them. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const parsed = problemSchema.safeParse(jsonOr(text));
  const said = parsed.success ? (parsed.data.detail ?? parsed.data.title) : undefined;
  return new ApiProblem(response.status, said ?? `the server answered ${response.status}`);
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
