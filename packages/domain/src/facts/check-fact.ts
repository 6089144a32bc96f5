import { z } from 'zod';
import type { Instant } from '../time/instant.ts';
import {
  type AreaId,
  childInvolvements,
  closeOutcomes,
  type Fact,
  type FactId,
  type FactType,
  type FeedHeartbeat,
  type ForceId,
  grades,
  type IncidentId,
  instantField,
  type SourceId,
  settings,
  type UnitId,
} from './fact.ts';
import {
  type InstantForm,
  identifierProblem,
  maxChildMarkers,
  maxIdentifierLength,
  maxTextLength,
  ownValue,
  readInstant,
  required,
} from './field.ts';
import { type FactNames, plainFact } from './plain-fact.ts';

/** One thing that is wrong with a fact. Neither part quotes the fact: it may hold what it should not. */
export interface FactProblem {
  /** Such as `subject` or `data.createdAt`; empty when it is the whole that is wrong. */
  readonly path: string;
  /** Words that fit after the path. */
  readonly message: string;
}

/** What became of something that came in as a fact. */
export type CheckedFact =
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'heartbeat'; readonly heartbeat: FeedHeartbeat }
  | { readonly kind: 'rejected'; readonly problems: readonly FactProblem[] };

/** The attributes and data of a fact as they come off the wire, not yet trusted. */
export interface UncheckedFact {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly source?: unknown;
  /** RFC 3339 text, in either form: CloudEvents attributes are text on Kafka too. */
  readonly time?: unknown;
  /** A heartbeat has none; a fact's must be its incident id. */
  readonly subject?: unknown;
  readonly data?: unknown;
}

/** A schema for text that becomes a branded identifier; the brand exists for the compiler only. */
function identifier<T extends string>(most = maxIdentifierLength): z.ZodType<T, unknown> {
  return z.custom<T>(
    (value) => typeof value === 'string' && identifierProblem(value, most) === undefined,
    {
      error: ({ input }) =>
        typeof input === 'string'
          ? (identifierProblem(input, most) ?? '')
          : required(input, 'text'),
    },
  );
}

function instantOf(form: InstantForm): z.ZodType<Instant, unknown> {
  return z.unknown().transform((value, context): Instant => {
    const read = readInstant(value, form);
    if (typeof read === 'number') return read;
    context.issues.push({ code: 'custom', message: read.problem, input: value });
    return z.NEVER;
  });
}

function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, {
    error: ({ input }) => required(input, `one of ${values.join(', ')}`),
  });
}

const truth = z.boolean({ error: 'must be true or false' });
const shortText = z
  .string({ error: 'must be text' })
  .max(maxTextLength, { error: `is longer than ${maxTextLength} characters` });
const incidentId = identifier<IncidentId>();
const unitId = identifier<UnitId>();

const details = {
  areaId: identifier<AreaId>().exactOptional(),
  incidentType: shortText.exactOptional(),
  setting: oneOf(settings).exactOptional(),
  childInvolvement: oneOf(childInvolvements).exactOptional(),
  childMarkers: z
    .array(shortText, { error: 'must be a list of texts' })
    .max(maxChildMarkers, { error: `has more than ${maxChildMarkers} markers` })
    .exactOptional(),
  youngestAge: z
    .int({ error: 'must be a whole number of years' })
    .min(0, { error: 'must not be below 0' })
    .max(150, { error: 'must not be above 150' })
    .exactOptional(),
};

const everyType = {
  id: identifier<FactId>(maxTextLength),
  source: identifier<SourceId>(maxTextLength),
  time: instantOf('text').exactOptional(),
};

/** A schema a type of fact, flat: attributes and data in one object, the instant named `at`. */
function schemasFor(form: InstantForm) {
  const at = instantOf(form);
  const heartbeat = { ...everyType, at };
  const fact = { ...heartbeat, incidentId };
  return {
    'incident-created': z.object({
      type: z.literal('incident-created'),
      ...fact,
      grade: oneOf(grades),
      ...details,
      forceId: identifier<ForceId>(),
    }),
    'incident-updated': z.object({
      type: z.literal('incident-updated'),
      ...fact,
      grade: oneOf(grades).exactOptional(),
      ...details,
      reviewed: truth.exactOptional(),
    }),
    'incident-allocated': z.object({
      type: z.literal('incident-allocated'),
      ...fact,
      unitId: unitId.exactOptional(),
    }),
    'caller-contacted': z.object({ type: z.literal('caller-contacted'), ...fact }),
    'incident-closed': z.object({
      type: z.literal('incident-closed'),
      ...fact,
      outcome: oneOf(closeOutcomes),
      relatedIncidentId: incidentId.exactOptional(),
    }),
    'incident-reopened': z.object({ type: z.literal('incident-reopened'), ...fact }),
    'officer-attended': z.object({
      type: z.literal('officer-attended'),
      ...fact,
      childSeen: truth.exactOptional(),
      unitId,
    }),
    'child-seen': z.object({
      type: z.literal('child-seen'),
      ...fact,
      unitId: unitId.exactOptional(),
    }),
    'attendance-aborted': z.object({ type: z.literal('attendance-aborted'), ...fact, unitId }),
    'feed-heartbeat': z.object({ type: z.literal('feed-heartbeat'), ...heartbeat }),
  } satisfies { [T in AnyFact['type']]: z.ZodType<Extract<AnyFact, { type: T }>> };
}

type AnyFact = Fact | FeedHeartbeat;

/** What reads one type of fact. */
interface Reader extends FactNames {
  readonly schema: z.ZodType<AnyFact>;
}

function readersFor(form: InstantForm): ReadonlyMap<unknown, Reader> {
  const notInData = new Set(['type', 'id', 'source', 'time', 'at']);
  const readers = new Map<string, Reader>();
  for (const [type, schema] of Object.entries(schemasFor(form))) {
    const names = Object.keys(schema.shape).filter((name) => !notInData.has(name));
    const required = new Set(
      Object.entries(schema.shape).flatMap(([name, { _zod }]) =>
        _zod.optin === 'optional' ? [] : [name],
      ),
    );
    readers.set(type, { schema, instant: instantField[schema.shape.type.value], names, required });
  }
  return readers;
}

const readers = { text: readersFor('text'), millis: readersFor('millis') };

/** The names that the data of a type of fact may have besides its instant, `incidentId` first. */
export function dataNames(type: FactType): readonly string[] {
  return readers.text.get(type)?.names ?? [];
}

/**
 * Checks a fact that came off a wire field by field (semantics 1), and makes it one of ours.
 *
 * Fields nobody knows are left behind. An optional field that is `null` counts as absent: Avro has no
 * other way to write that, and losing an attendance over `"childSeen": null` would raise a false alert.
 */
export function checkFact(unchecked: UncheckedFact, instants: InstantForm): CheckedFact {
  const { type, data, subject } = unchecked;
  const reader = readers[instants].get(type);
  if (reader === undefined) {
    const message =
      type === undefined ? 'is required' : `must be one of ${[...readers.text.keys()].join(', ')}`;
    return rejected({ path: 'type', message });
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return rejected({ path: 'data', message: required(data, 'an object') });
  }
  const values = data as Readonly<Record<string, unknown>>;
  if (type !== 'feed-heartbeat') {
    const fact = plainFact(unchecked, values, reader, instants);
    if (fact !== undefined) return { kind: 'fact', fact };
  }
  const flat = flatten(unchecked, values, reader);
  const result = reader.schema.safeParse(flat);
  const problems = result.success ? [] : problemsOf(result.error, reader);
  if (type === 'feed-heartbeat') {
    const { source } = data as { readonly source?: unknown };
    problems.push(...sameAs('data.source', source, 'source', unchecked.source));
  } else {
    problems.push(...sameAs('subject', subject, 'data.incidentId', flat['incidentId']));
  }
  if (!result.success || problems.length > 0) return { kind: 'rejected', problems };
  const { data: checked } = result;
  return checked.type === 'feed-heartbeat'
    ? { kind: 'heartbeat', heartbeat: checked }
    : { kind: 'fact', fact: checked };
}

function rejected(problem: FactProblem): CheckedFact {
  return { kind: 'rejected', problems: [problem] };
}

/**
 * Attributes and data in one object, with only the names that the type has: whatever else is in the
 * data, `__proto__` included, is never touched.
 */
function flatten(
  { type, id, source, time }: UncheckedFact,
  data: Readonly<Record<string, unknown>>,
  { instant, names }: Reader,
): Record<string, unknown> {
  const flat: Record<string, unknown> = { type, id, source, at: ownValue(data, instant) };
  if (time !== undefined && time !== null) flat['time'] = time;
  for (const name of names) {
    const value = ownValue(data, name);
    if (value !== undefined) flat[name] = value;
  }
  return flat;
}

function problemsOf(error: z.ZodError, { instant, names }: Reader): FactProblem[] {
  return error.issues.map(({ path, message }) => {
    const [name = '', ...rest] = path.map(String);
    if (name === 'at') return { path: `data.${instant}`, message };
    const whole = [...(names.includes(name) ? ['data'] : []), name, ...rest];
    return { path: whole.join('.'), message };
  });
}

function sameAs(path: string, value: unknown, otherPath: string, other: unknown): FactProblem[] {
  if (value === other && value !== undefined) return [];
  if (value === undefined || value === null) return [{ path, message: 'is required' }];
  return [{ path, message: `must be the same as ${otherPath}` }];
}
