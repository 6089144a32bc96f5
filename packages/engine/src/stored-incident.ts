/**
 * The text in which the working set keeps an incident: JSON, for whoever looks with redis-cli, in lists
 * instead of objects and with a text written once, because there are a million of them.
 *
 *     [2, base, facts, said, counted, decidedTo, policyVersion, traces]
 *
 * Instants are milliseconds after `base`. A text that is a {@link words word} is its number there; one
 * that was written before is -1 for the first in the record, -2 for the second, and so on.
 */
import {
  type Fact,
  type FactType,
  type IncidentId,
  inputTopics,
  topicOf,
} from '@vigil/domain/facts/fact';
import type { Said } from '@vigil/domain/ledger/difference';
import type { Duration } from '@vigil/domain/time/duration';
import { type Instant, plus } from '@vigil/domain/time/instant';
import type { Counted } from '@vigil/domain/windows/slots';
import type { IncidentRecord, PositionedFact } from './incident-record.ts';
import type { Trace } from './tracing.ts';

/** The form written here. The first form was an object, of which there may be some left for `retainFor`. */
const form = 2;

/** Texts that nearly every record has. Their numbers are stored: a new one goes to the end. */
const words: readonly string[] = [
  ...['incident-created', 'incident-updated', 'incident-allocated', 'caller-contacted'],
  ...['incident-closed', 'incident-reopened', 'officer-attended', 'child-seen'],
  ...['attendance-aborted', 'immediate', 'priority', 'scheduled', 'resolution', 'unknown'],
  ...['urban', 'rural', 'involved', 'not-involved', 'resolved', 'cancelled', 'duplicate', 'merged'],
  ...['warning', 'breach', 'escalation-1', 'escalation-2', 'escalation-3', 'cleared'],
];
const numberOf: ReadonlyMap<string, number> = new Map(words.map((word, n) => [word, n]));

/** What the types of facts say besides their instant; the order is stored: a new one goes to the end. */
const details = ['areaId', 'setting', 'incidentType', 'childInvolvement', 'childMarkers'] as const;
const namesOf: Readonly<Record<FactType, readonly string[]>> = {
  'incident-created': ['forceId', 'grade', ...details, 'youngestAge'],
  'incident-updated': ['grade', ...details, 'youngestAge', 'reviewed'],
  'incident-allocated': ['unitId'],
  'caller-contacted': [],
  'incident-closed': ['outcome', 'relatedIncidentId'],
  'incident-reopened': [],
  'officer-attended': ['unitId', 'childSeen'],
  'child-seen': ['unitId'],
  'attendance-aborted': ['unitId'],
};

/** A text or the number it has; a list of them; a truth; or, of an age only, a number. */
type Value = string | number | boolean | null | readonly (string | number)[];
/** Type, instant, offset, id, source, then what it says, without what is absent at the end. */
type StoredFact = readonly [Text, number, string, string, Text, ...Value[]];
const headLength = 5;
type StoredSaid = readonly [
  string,
  Text,
  Text,
  number,
  number,
  standing: 0 | 1,
  provisional: 0 | 1,
];
/** Of the outcome: whether it was within, or how long it took. */
type StoredCounted = readonly [Text, number, Text, Text | null, Text, boolean | number, Text];
type Text = string | number;
type Stored = readonly [
  typeof form,
  base: number,
  readonly StoredFact[],
  readonly StoredSaid[],
  readonly StoredCounted[],
  decidedTo: number | null,
  policyVersion: Text | null,
  traces: readonly Trace[],
];

/** Stands for the incident's id at the start of a fact's: no identifier has a control character. */
const itsIncident = '\x7f';

/** The record as the working set keeps it. */
export function serialise(record: IncidentRecord): string {
  const base = record.facts[0]?.fact.at ?? record.decidedTo ?? 0;
  const text = textWriter();
  const { decidedTo, policyVersion } = record;
  const stored: Stored = [
    form,
    base,
    record.facts.map((one) => storedFact(one, base, text)),
    record.said.map((one) => [
      one.alertId,
      text(one.target),
      text(one.phase),
      one.at - base,
      one.revision,
      one.standing ? 1 : 0,
      one.provisional ? 1 : 0,
    ]),
    record.counted.map(({ outcome, ...one }) => [
      text(one.objective),
      one.at - base,
      text(one.forceId),
      one.areaId === undefined ? null : text(one.areaId),
      text(one.child),
      typeof outcome === 'number' ? outcome : outcome === 'within',
      text(one.windows.join(' ')),
    ]),
    decidedTo === undefined ? null : decidedTo - base,
    policyVersion === undefined ? null : text(policyVersion),
    record.traces,
  ];
  return JSON.stringify(stored);
}

function storedFact({ fact, offset }: PositionedFact, base: number, text: Write): StoredFact {
  const { type, at, id, source, incidentId } = fact;
  const shortId = id.startsWith(incidentId) ? itsIncident + id.slice(incidentId.length) : id;
  // From left to right, as it is read: a text stands where it is first met.
  const head = [text(type), at - base, String(offset), shortId, text(source)] as const;
  const values: Value[] = [];
  let absent = 0;
  for (const name of namesOf[type]) {
    const value = (fact as Readonly<Record<string, unknown>> & Fact)[name];
    if (value === undefined) {
      absent += 1;
      continue;
    }
    for (; absent > 0; absent -= 1) values.push(null);
    if (typeof value === 'string') values.push(text(value));
    else if (Array.isArray(value)) values.push(value.map(text));
    else if (typeof value === 'number' || typeof value === 'boolean') values.push(value);
  }
  return [...head, ...values];
}

/**
 * Reads what `serialise` wrote, in this form or the first. The working set is ours alone, so the rest of
 * the shape is trusted.
 *
 * @throws when it is in a form of a later Vigil.
 */
export function deserialise(incidentId: IncidentId, stored: string): IncidentRecord {
  const read = JSON.parse(stored) as Stored | FirstForm;
  if ('f' in read) return fromFirstForm(incidentId, read);
  const [written, base, facts, said, counted, decidedTo, policyVersion, traces] = read;
  if (written !== form) {
    throw new Error(`an incident is stored in form ${written}, by a later Vigil: run that one`);
  }
  const text = textReader();
  const instant = (after: number): Instant => plus(base as Instant, after);
  return {
    facts: facts.map((one) => positionedFact(incidentId, one, base, text)),
    said: said.map(([alertId, target, phase, at, revision, standing, provisional]) => ({
      alertId: alertId as Said['alertId'],
      target: text(target),
      phase: text(phase) as Said['phase'],
      at: instant(at),
      revision,
      standing: standing === 1,
      provisional: provisional === 1,
    })),
    counted: counted.map(([objective, at, forceId, areaId, child, outcome, windows]) => ({
      objective: text(objective),
      at: instant(at),
      forceId: text(forceId) as Counted['forceId'],
      ...(areaId === null ? {} : { areaId: text(areaId) as NonNullable<Counted['areaId']> }),
      child: text(child) as Counted['child'],
      outcome: typeof outcome === 'number' ? outcome : outcome ? 'within' : 'missed',
      windows: text(windows).split(' ').map(Number) as Duration[],
    })),
    decidedTo: decidedTo === null ? undefined : instant(decidedTo),
    policyVersion: policyVersion === null ? undefined : text(policyVersion),
    traces,
  };
}

function positionedFact(
  incidentId: IncidentId,
  stored: StoredFact,
  base: number,
  text: Read,
): PositionedFact {
  const [typeText, at, offset, id, source] = stored;
  const type = text(typeText) as FactType;
  const fact: Record<string, unknown> = {
    type,
    id: id.startsWith(itsIncident) ? incidentId + id.slice(1) : id,
    source: text(source),
    incidentId,
    at: base + at,
  };
  let place = headLength;
  for (const name of namesOf[type]) {
    if (place === stored.length) break;
    const value = stored[place++];
    if (value === null || value === undefined) continue;
    if (typeof value === 'boolean' || name === 'youngestAge') fact[name] = value;
    else fact[name] = typeof value === 'object' ? value.map(text) : text(value);
  }
  return { fact: fact as unknown as Fact, topic: topicOf[type], offset: BigInt(offset) };
}

type Write = (text: string) => Text;
type Read = (text: Text) => string;

function textWriter(): Write {
  const written = new Map<string, number>();
  return (text) => {
    const known = numberOf.get(text) ?? written.get(text);
    if (known !== undefined) return known;
    written.set(text, -1 - written.size);
    return text;
  };
}

function textReader(): Read {
  const read: string[] = [];
  return (text) => {
    if (typeof text === 'string') {
      read.push(text);
      return text;
    }
    const known = text < 0 ? read[-1 - text] : words[text];
    if (known === undefined)
      throw new Error(`a stored incident refers to text ${text}, which it has not`);
    return known;
  };
}

/** What the first Vigil wrote. */
interface FirstForm {
  readonly f: readonly (readonly [Omit<Fact, 'incidentId' | 'time'>, number, string])[];
  readonly s?: readonly Said[];
  readonly c?: readonly Counted[];
  readonly d?: Instant;
  readonly p?: string;
  readonly t?: readonly Trace[];
}

function fromFirstForm(incidentId: IncidentId, { f, s, c, d, p, t }: FirstForm): IncidentRecord {
  const facts = f.map(([fact, topic, offset]) => ({
    fact: { ...fact, incidentId } as Fact,
    topic: inputTopics[topic] ?? inputTopics[0],
    offset: BigInt(offset),
  }));
  return {
    facts,
    said: s ?? [],
    counted: c ?? [],
    decidedTo: d,
    policyVersion: p,
    traces: t ?? [],
  };
}
