/** Facts as CloudEvents 1.0 in JSON, the form they have in files (semantics 1). */
import { formatInstant } from '../time/instant.ts';
import { type CheckedFact, checkFact, dataNames, type FactProblem } from './check-fact.ts';
import { type Fact, type FeedHeartbeat, instantField } from './fact.ts';

/** A CloudEvents 1.0 object that carries a fact; instants are RFC 3339 in UTC. */
export interface FactEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Reads a fact from a parsed CloudEvents JSON object; {@link checkFact} says what is asked of it.
 *
 * @returns a rejection, never an exception, when it is no fact.
 */
export function parseCloudEvent(json: unknown): CheckedFact {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refused({ path: '', message: 'is not a JSON object' });
  }
  const event = json as Readonly<Record<keyof FactEvent, unknown>>;
  if (event.specversion !== '1.0') {
    const message = event.specversion === undefined ? 'is required' : 'must be 1.0';
    return refused({ path: 'specversion', message });
  }
  return checkFact(event, 'text');
}

/** Writes a fact as the CloudEvents JSON object that {@link parseCloudEvent} reads. */
export function formatCloudEvent(fact: Fact | FeedHeartbeat): FactEvent {
  return {
    specversion: '1.0',
    id: fact.id,
    source: fact.source,
    type: fact.type,
    ...(fact.type === 'feed-heartbeat' ? {} : { subject: fact.incidentId }),
    ...(fact.time === undefined ? {} : { time: formatInstant(fact.time) }),
    datacontenttype: 'application/json',
    data: dataOf(fact),
  };
}

function dataOf(fact: Fact | FeedHeartbeat): Readonly<Record<string, unknown>> {
  if (fact.type === 'feed-heartbeat') return { source: fact.source, at: formatInstant(fact.at) };
  const values = Object.fromEntries(Object.entries(fact));
  const data: Record<string, unknown> = { incidentId: fact.incidentId };
  data[instantField[fact.type]] = formatInstant(fact.at);
  for (const name of dataNames(fact.type)) {
    if (values[name] !== undefined) data[name] = values[name];
  }
  return data;
}

function refused(problem: FactProblem): CheckedFact {
  return { kind: 'rejected', problems: [problem] };
}
