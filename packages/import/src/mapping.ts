/** The shape of a mapping: how the rows of a table become facts. `infra/mappings/` has examples. */

import {
  childInvolvements,
  closeOutcomes,
  type FactType,
  grades,
  settings,
} from '@vigil/domain/facts/fact';
import { identifierProblem, maxTextLength } from '@vigil/domain/facts/field';
import { z } from 'zod';
import { compileTimePattern } from './time-pattern.ts';
import { clockChangeChoices, isTimeZone } from './wall-time.ts';
import { issuesInOurWords } from './words.ts';

/** Facts of a row, cases of a value and entries of any list that a mapping may have at most. */
const maxEntries = 1_000;

const column = z.string().trim().min(1, { error: 'must name a column of the header' });

const plainText = z.string().min(1, { error: 'must not be empty' });
const truth = z.boolean({ error: 'must be true or false' });
const age = z.int({ error: 'must be a whole number' }).min(0).max(150);

/** What a cell is held against: a text, several, a regular expression (case is ignored), or blankness. */
const cellTest = z.unknown().transform((input, context): CellTest => {
  const schema: z.ZodType<CellTest> = isMap(input)
    ? deepTest
    : Array.isArray(input)
      ? texts
      : z.string();
  return passOn(schema, input, context);
});
const texts = z.array(z.string()).min(1).max(maxEntries);
const deepTest = z
  .strictObject({
    matches: z
      .string()
      .refine(isExpression, { error: 'must be a regular expression' })
      .exactOptional(),
    not: z.union([z.string(), texts], { error: 'must be a text or a list' }).exactOptional(),
    blank: truth.exactOptional(),
  })
  .refine((test) => Object.keys(test).length === 1, {
    error: 'must have one of matches, not, blank',
  });

export type CellTest = string | readonly string[] | z.infer<typeof deepTest>;

function isExpression(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false;
  }
}

/** Which rows are meant: every named column is as it says. */
const condition = z.record(column, cellTest).refine((tests) => Object.keys(tests).length > 0, {
  error: 'must name at least one column',
});
export type Condition = Readonly<Record<string, CellTest>>;

export type Constant = string | number | boolean;

/** What a cell says. */
export interface CellValue {
  readonly column: string;
  /** What each text in the column means. */
  readonly map?: Readonly<Record<string, Constant>>;
  /** What any other text means; absent: the row is rejected. */
  readonly otherwise?: Constant;
  /** What a blank means; absent: nothing is said. */
  readonly blank?: Constant;
  /** `slug`: small letters and digits, all else a hyphen. */
  readonly form?: 'slug' | 'lower' | 'upper';
  readonly prefix?: string;
}
export interface CasesValue {
  readonly cases: readonly { readonly when: Condition; readonly value: Constant | CellValue }[];
  readonly otherwise?: Constant | CellValue;
}
/** Where a field of a fact comes from: a constant, a column, or the first case that holds. */
export type Value = Constant | CellValue | CasesValue;

function valueWith(constant: z.ZodType<Constant>): z.ZodType<Value> {
  const cell = z
    .strictObject({
      column,
      map: z.record(z.string(), constant).exactOptional(),
      otherwise: constant.exactOptional(),
      blank: constant.exactOptional(),
      form: z.enum(['slug', 'lower', 'upper']).exactOptional(),
      prefix: plainText.exactOptional(),
    })
    .check(({ value, issues }) => {
      if (value.otherwise === undefined || value.map !== undefined) return;
      const message = 'needs a map: without one every text stands for itself';
      issues.push({ code: 'custom', message, input: value, path: ['otherwise'] });
    });
  const simple = z
    .unknown()
    .transform((input, context) =>
      passOn<Constant | CellValue>(isMap(input) ? cell : constant, input, context),
    );
  const cases = z.strictObject({
    cases: z
      .array(z.strictObject({ when: condition, value: simple }))
      .min(1)
      .max(maxEntries),
    otherwise: simple.exactOptional(),
  });
  return z.unknown().transform((input, context): Value => {
    return passOn<Value>(isMap(input) && 'cases' in input ? cases : simple, input, context);
  });
}

/** Reads with one schema and says what it finds in the place of another, which chose it. */
function passOn<T>(schema: z.ZodType<T>, input: unknown, context: z.core.$RefinementCtx): T {
  const parsed = schema.safeParse(input, { error: issuesInOurWords });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    context.issues.push({
      code: 'custom',
      message: issue.message,
      input,
      path: [...issue.path, ...keys],
    });
  }
  return z.NEVER;
}

function isMap(input: unknown): input is object {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

const timePattern = z.string().check(({ value, issues }) => {
  if (value === 'rfc3339') return;
  const compiled = compileTimePattern(value);
  if (typeof compiled === 'function') return;
  issues.push({ code: 'custom', message: compiled.problem, input: value });
});

const timePatterns = z.unknown().transform((input, context): readonly string[] => {
  if (typeof input === 'string') return [passOn(timePattern, input, context)];
  return passOn(z.array(timePattern).min(1).max(20), input, context);
});

const time = z.strictObject({ column, format: timePatterns.exactOptional() });

const text = valueWith(plainText);
const marker = z.strictObject({ when: condition, marker: plainText });

const details = {
  areaId: text.exactOptional(),
  incidentType: text.exactOptional(),
  setting: valueWith(z.enum(settings)).exactOptional(),
  childInvolvement: valueWith(z.enum(childInvolvements)).exactOptional(),
  childMarkers: z.array(marker).min(1).max(maxEntries).exactOptional(),
  youngestAge: valueWith(age).exactOptional(),
};
const grade = valueWith(z.enum(grades));
const everyFact = {
  at: time,
  /** When the source recorded it. */
  recordedAt: time.exactOptional(),
  when: condition.exactOptional(),
};

const shapes = {
  'incident-created': { forceId: text, grade, ...details },
  'incident-updated': {
    grade: grade.exactOptional(),
    ...details,
    reviewed: valueWith(truth).exactOptional(),
  },
  'incident-allocated': { unitId: text.exactOptional() },
  'caller-contacted': {},
  'incident-closed': {
    outcome: valueWith(z.enum(closeOutcomes)),
    relatedIncidentId: text.exactOptional(),
  },
  'incident-reopened': {},
  'officer-attended': { unitId: text, childSeen: valueWith(truth).exactOptional() },
  'child-seen': { unitId: text.exactOptional() },
  'attendance-aborted': { unitId: text },
} satisfies Record<FactType, object>;

function factOf<T extends FactType>(type: T) {
  return z.strictObject({ type: z.literal(type), ...everyFact, ...shapes[type] });
}

const fact = z.discriminatedUnion('type', [
  factOf('incident-created'),
  factOf('incident-updated'),
  factOf('incident-allocated'),
  factOf('caller-contacted'),
  factOf('incident-closed'),
  factOf('incident-reopened'),
  factOf('officer-attended'),
  factOf('child-seen'),
  factOf('attendance-aborted'),
]);

const zone = z.string().refine(isTimeZone, {
  error: 'must be a time zone that exists, such as Europe/London',
});

const encoding = z.string().refine(
  (label) => {
    try {
      new TextDecoder(label);
      return true;
    } catch {
      return false;
    }
  },
  { error: 'must be an encoding such as utf-8, windows-1252 or utf-16le' },
);

const source = z.string().check(({ value, issues }) => {
  const problem = identifierProblem(value, maxTextLength);
  if (problem !== undefined) issues.push({ code: 'custom', message: problem, input: value });
});

/** A mapping as it is written; `parseMapping` reads one. */
export const mappingDocument = z.strictObject({
  source,
  table: z
    .strictObject({
      encoding: encoding.exactOptional(),
      delimiter: z.string().length(1, { error: 'must be one character' }).exactOptional(),
    })
    .exactOptional(),
  times: z.strictObject({
    zone,
    format: timePatterns,
    skipped: z.enum(clockChangeChoices).exactOptional(),
    repeated: z.enum(clockChangeChoices).exactOptional(),
  }),
  rows: condition.exactOptional(),
  incidentId: text,
  facts: z.array(fact).min(1, { error: 'must name at least one' }).max(maxEntries),
});

/** A mapping that has been checked. */
export type Mapping = z.infer<typeof mappingDocument>;
export type MappedFact = Mapping['facts'][number];
export type MappedTime = MappedFact['at'];
