import { childInvolvements, closeOutcomes, type Fact, grades, settings } from './fact.ts';
import {
  type InstantForm,
  maxChildMarkers,
  maxIdentifierLength,
  maxTextLength,
  ownValue,
  printable,
  readInstant,
} from './field.ts';

/** The names that a type of fact has in its data. */
export interface FactNames {
  /** The name of the instant. */
  readonly instant: string;
  /** The other names, in order. */
  readonly names: readonly string[];
  /** Those of them that must be there. */
  readonly required: ReadonlySet<string>;
}

interface Attributes {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly source?: unknown;
  readonly time?: unknown;
  readonly subject?: unknown;
}

const isPlainText =
  (most: number) =>
  (value: unknown): boolean =>
    typeof value === 'string' && value.length <= most && printable.test(value);
const isIdentifier = isPlainText(maxIdentifierLength);
const isName = isPlainText(maxTextLength);
const isTruth = (value: unknown): boolean => typeof value === 'boolean';
const isOneOf =
  (values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

/** What is certainly right in a field; what is not may still be, and is left to the schemas. */
const isPlain: Readonly<Record<string, (value: unknown) => boolean>> = {
  incidentId: isIdentifier,
  forceId: isIdentifier,
  areaId: isIdentifier,
  unitId: isIdentifier,
  relatedIncidentId: isIdentifier,
  incidentType: isName,
  grade: isOneOf(grades),
  setting: isOneOf(settings),
  childInvolvement: isOneOf(childInvolvements),
  childMarkers: (value) =>
    Array.isArray(value) && value.length <= maxChildMarkers && value.every(isName),
  youngestAge: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 150,
  reviewed: isTruth,
  outcome: isOneOf(closeOutcomes),
  childSeen: isTruth,
};

/**
 * Nearly every fact is plainly right, and seeing that takes a quarter of the time that the schemas do.
 * What this returns they would return too; of anything else it says nothing.
 */
export function plainFact(
  { type, id, source, time, subject }: Attributes,
  data: Readonly<Record<string, unknown>>,
  { instant, names, required }: FactNames,
  instants: InstantForm,
): Fact | undefined {
  if (!isName(id) || !isName(source)) return undefined;
  const at = readInstant(ownValue(data, instant), instants);
  if (typeof at !== 'number') return undefined;
  const fact: Record<string, unknown> = { type, id, source, at };
  if (time !== undefined && time !== null) {
    const recorded = readInstant(time, 'text');
    if (typeof recorded !== 'number') return undefined;
    fact['time'] = recorded;
  }
  for (const name of names) {
    const value = ownValue(data, name);
    if (value === undefined) {
      if (required.has(name)) return undefined;
    } else if (isPlain[name]?.(value) === true) fact[name] = value;
    else return undefined;
  }
  // Every field has been checked, by name.
  return subject === fact['incidentId'] ? (fact as unknown as Fact) : undefined;
}
