/** What the fields of a fact may be (semantics 1), one by one. */
import { checkInstant, type Instant, type InstantProblem, parseInstant } from '../time/instant.ts';

/** How the data writes instants: RFC 3339 text in files, epoch milliseconds in Avro. */
export type InstantForm = 'text' | 'millis';

/** Characters that a fact's id and source, its type of incident and each marker may have at most. */
export const maxTextLength = 1_024;
/** Markers that a fact may give at most. */
export const maxChildMarkers = 100;

/** Characters an identifier of an incident, force, area or unit may have at most (semantics 1). */
export const maxIdentifierLength = 128;

const control = /\p{Cc}/u;
/** What nearly every identifier is made of. */
export const printable = /^[\x20-\x7e]+$/;

/**
 * What is wrong with a text as an identifier, in words that fit after its path; `undefined` when it
 * is one (semantics 1). Half a surrogate pair is refused because UTF-8 cannot carry it: two
 * identifiers would become one on the way.
 */
export function identifierProblem(text: string, most = maxIdentifierLength): string | undefined {
  if (text.length <= most && printable.test(text)) return undefined;
  if (text === '') return 'must not be empty';
  // Characters are code points; the count is only needed when the cheap bound does not settle it.
  if (text.length > most && [...text].length > most) return `is longer than ${most} characters`;
  if (control.test(text)) return 'must not have control characters';
  if (!text.isWellFormed()) return 'must not have half a surrogate pair';
  return undefined;
}

/** Why a value is none of what was expected, in words that fit after its path. */
export function required(input: unknown, expected: string): string {
  return input === undefined ? 'is required' : `must be ${expected}`;
}

/** Reads an instant in the form that the data has it. */
export function readInstant(value: unknown, form: InstantForm): Instant | InstantProblem {
  if (form === 'text') {
    if (typeof value === 'string') return parseInstant(value);
    return { problem: required(value, 'an RFC 3339 date-time in text') };
  }
  if (typeof value === 'number') return checkInstant(value);
  return { problem: required(value, 'a whole number of milliseconds') };
}

/** The value that an object has itself under a name; `null` counts as none. */
export function ownValue(data: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(data, name) ? (data[name] ?? undefined) : undefined;
}
