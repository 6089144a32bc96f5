/** How long a condition may take to hold, and what to call it when it does not. */
export interface Deadline {
  /** What is awaited, in words that complete "waited for …". */
  readonly what: string;
  /** The most time the condition may take, in milliseconds. */
  readonly deadlineMs: number;
  /** The pause between two looks, in milliseconds; 20 unless told. */
  readonly pollMs?: number;
}

type Falsy = false | 0 | 0n | '' | null | undefined;

/** The condition did not hold before its deadline; the message has the last value or error seen. */
export class DeadlineMissed extends Error {
  override readonly name = 'DeadlineMissed';
}

/**
 * Waits until `condition` gives a truthy value, and returns that value. A condition that throws does
 * not hold yet: what it threw is reported if the deadline passes. One that never answers is given up
 * at the deadline too.
 *
 * @throws {DeadlineMissed} when the condition did not hold within `deadlineMs`.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, deadlineMs, pollMs = 20 }: Deadline,
): Promise<Exclude<T, Falsy>> {
  let last = 'it never answered';
  let givenUp = false;

  const watch = async (): Promise<Exclude<T, Falsy> | undefined> => {
    while (!givenUp) {
      try {
        const value = await condition();
        if (value) return value as Exclude<T, Falsy>;
        last = `last seen: ${describe(value)}`;
      } catch (error) {
        last = `last error: ${describe(error)}`;
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    return undefined;
  };

  let alarm: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    alarm = setTimeout(
      () => reject(new DeadlineMissed(`Waited ${deadlineMs} ms for ${what}; ${last}`)),
      deadlineMs,
    );
  });
  try {
    return (await Promise.race([watch(), deadline])) as Exclude<T, Falsy>;
  } finally {
    givenUp = true;
    clearTimeout(alarm);
  }
}

function describe(value: unknown): string {
  if (value instanceof Error) return value.message || value.name;
  if (typeof value === 'object' && value !== null) {
    return JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'bigint' ? part.toString() : part,
    );
  }
  return String(value);
}
