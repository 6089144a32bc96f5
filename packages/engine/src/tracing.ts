/**
 * What the engine knows of traces: that a fact may come with something to carry on. It is kept with the
 * incident and goes out with what is said of it; nothing is ever decided by it, and it may be lost.
 */
import type { Fact, IncidentId } from '@vigil/domain/facts/fact';
import type { AlertId } from '@vigil/domain/ledger/alert';
import type { LogRecord } from '@vigil/event-log/port';

/** The headers that carry a trace on (W3C Trace Context); opaque here. */
export type Trace = Readonly<Record<string, string>>;

/** A step that is being traced. */
export interface Step {
  /** What follows from it carries this on. */
  readonly trace: Trace;
  /** @param failure - why it came to nothing: a code, or the name of an error. */
  end(failure?: string): void;
}

/** Traces the way of a fact to its alert. Each says nothing of a step whose trace is not kept. */
export interface Tracing {
  /** A record was read; `fact` is what it says, if it says one. */
  received(record: LogRecord, fact?: Fact): Step | undefined;
  /** Something is to be said of an incident, by what is known of it. */
  decided(about: About, known: readonly Trace[]): Step | undefined;
  /** A commit to the working set, of what these lead to. */
  committing(partition: number, from: readonly Trace[]): Step | undefined;
  /** A record that is being published, in a transaction of so many. */
  publishing(
    topic: string,
    partition: number,
    about: About,
    of: number,
    from: Trace,
  ): Step | undefined;
}

/** What is said, and of which incident. */
export interface About {
  readonly incidentId?: IncidentId;
  readonly alertId?: AlertId;
}

/**
 * Does work that these steps are about, and ends them with it.
 *
 * @param refusal - why a result is none.
 */
export async function during<Result>(
  steps: readonly Step[],
  work: () => Promise<Result>,
  refusal: (result: Result) => string | undefined = () => undefined,
): Promise<Result> {
  let failure: string | undefined = 'failed';
  try {
    const result = await work();
    failure = refusal(result);
    return result;
  } catch (error) {
    if (error instanceof Error) failure = error.name;
    throw error;
  } finally {
    for (const step of steps) step.end(failure);
  }
}
