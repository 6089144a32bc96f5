/** The policy as a force writes it (semantics 7): the shape of the document, before defaults. */
import { z } from 'zod';
import { grades, settings } from '../facts/fact.ts';
import { identifierProblem, maxTextLength } from '../facts/field.ts';
import { milestones, severities } from '../ledger/alert.ts';
import { parseDuration } from '../time/duration.ts';

/** Targets, objectives, feeds and entries of any list that a policy may have at most. */
const maxEntries = 1_000;

const durationHint = 'must be an ISO 8601 duration without months and years, such as PT60M or P1D';

/** What `parseDuration` takes, for editors; a test holds the two together. */
const durationPattern =
  '^P(?!$)(?:\\d+W)?(?:\\d+D)?(?:T(?=\\d)(?:\\d+H)?(?:\\d+M)?(?:\\d+(?:\\.\\d{1,3})?S)?)?$';

const duration = z
  .string({ error: ({ input }) => (input === undefined ? 'is required' : durationHint) })
  .refine((text) => parseDuration(text) !== undefined, { error: durationHint })
  .meta({ pattern: durationPattern });

const positiveDuration = duration.refine((text) => parseDuration(text) !== 0, {
  error: 'must be longer than nothing',
});

function identifier(most?: number) {
  return z.string().check((context) => {
    const problem = identifierProblem(context.value, most);
    if (problem !== undefined) {
      context.issues.push({ code: 'custom', message: problem, input: context.value });
    }
  });
}

const name = identifier().meta({ minLength: 1, maxLength: 128 });

/** A list of which no entry stands twice; a repeated one is usually meant to be another. */
function listOf<T extends z.ZodType>(entry: T) {
  return z
    .array(entry)
    .max(maxEntries, { error: `has more than ${maxEntries} entries` })
    .check((context) => {
      for (const [index, value] of context.value.entries()) {
        if (context.value.indexOf(value) < index) {
          const message = 'stands in the list already';
          context.issues.push({ code: 'custom', message, input: value, path: [index] });
        }
      }
    })
    .meta({ uniqueItems: true });
}

const notEmpty = { error: 'must name at least one' };

/** Durations, each longer than the one before. */
const risingDurations = z
  .array(positiveDuration)
  .max(maxEntries, { error: `has more than ${maxEntries} entries` })
  .check((context) => {
    for (const [index, text] of context.value.entries()) {
      const [before, here] = [parseDuration(context.value[index - 1] ?? ''), parseDuration(text)];
      if (before === undefined || here === undefined || here > before) continue;
      const message = 'must be longer than the one before it';
      context.issues.push({ code: 'custom', message, input: text, path: [index] });
    }
  });

const scope = {
  name: name.describe('How alerts and reports call it.'),
  milestone: z
    .enum(milestones)
    .describe('What has to happen: an officer at the scene, the child seen, a unit, a call back.'),
  grades: listOf(z.enum(grades)).min(1, notEmpty).describe('The grades it is about.'),
  child: z
    .enum(['involved', 'possible'])
    .describe('involved: a child is; possible: is or may be; absent: any incident.')
    .exactOptional(),
  forces: listOf(name).min(1, notEmpty).describe('Only these forces.').exactOptional(),
  settings: listOf(z.enum(settings)).min(1, notEmpty).describe('Only these.').exactOptional(),
  incidentTypes: listOf(identifier(maxTextLength))
    .min(1, notEmpty)
    .describe('Only these types of incident.')
    .exactOptional(),
  clock: z
    .enum(['created', 'graded', 'allocated'])
    .describe('From when it counts: the call (default), the grade, or the first allocation.')
    .exactOptional(),
  downgrade: z
    .enum(['release', 'review'])
    .describe('review: a downgrade that nobody reviewed does not end the clock. Default: release.')
    .exactOptional(),
  within: positiveDuration.describe('How long the incident may wait.'),
};

const severity = z.enum(severities);

const target = z
  .strictObject({
    ...scope,
    warnAt: z
      .number()
      .gt(0, { error: 'must be more than 0' })
      .lt(1, { error: 'must be less than 1' })
      .describe('Warns after this share of `within`.')
      .exactOptional(),
    escalateAfter: risingDurations
      .describe('Escalates this long after the breach began, rising.')
      .exactOptional(),
    severity: z
      .strictObject({
        warning: severity.exactOptional(),
        breach: severity.exactOptional(),
        escalation: severity.exactOptional(),
      })
      .describe('Default: warning medium, breach high, escalation critical.')
      .exactOptional(),
  })
  .describe('What may not wait longer than `within` without an alert.');

const objective = z
  .strictObject({
    ...scope,
    target: z
      .number()
      .min(0, { error: 'must not be below 0' })
      .max(1, { error: 'must not be above 1' })
      .describe('The share that should be in time.'),
    windows: risingDurations.min(1, notEmpty).describe('Lengths of the rolling windows, rising.'),
    minimumIncidents: z
      .int({
        error: ({ input }) => (input === undefined ? 'is required' : 'must be a whole number'),
      })
      .min(0, { error: 'must not be below 0' })
      .describe('Fewer incidents than this in a window say nothing.'),
  })
  .describe('What share should be in time; counted, with an alert when too few are.');

const feed = z
  .strictObject({
    source: identifier(maxTextLength).meta({ minLength: 1, maxLength: maxTextLength }),
    silentAfter: positiveDuration.describe('Without a heartbeat for this long it is silent.'),
  })
  .describe('A source that sends heartbeats and is watched for silence.');

const timeZone = z
  .string()
  .refine(isTimeZone, { error: 'must be a time zone that exists, such as Europe/London' });

/** A place, or UTC: Intl also takes abbreviations, and takes BST for Bangladesh. */
function isTimeZone(text: string): boolean {
  if (text !== 'UTC' && !text.includes('/')) return false;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function entriesOf<T extends z.ZodType>(entry: T) {
  return z.array(entry).max(maxEntries, { error: `has more than ${maxEntries} entries` });
}

/** Checks what one entry alone can show; `parsePolicy` checks what needs two. */
export const policyDocument = z
  .strictObject({
    timeZone: timeZone.describe('For day boundaries in reports. Default: Europe/London.'),
    grace: duration.describe('Waited for late facts before alerting. Default: PT2S.'),
    holdAtMost: positiveDuration.describe(
      'A watermark that stands still longer lets provisional alerts out. Default: PT60S.',
    ),
    maxAhead: duration.describe('A fact dated further ahead is a clock error. Default: PT5M.'),
    retainFor: positiveDuration.describe(
      'How long a closed incident is remembered, at least the longest window. Default: P35D.',
    ),
    maxSilence: positiveDuration.describe('The longest silence of an alert. Default: PT60M.'),
    acknowledgementLasts: positiveDuration.describe(
      'After this an acknowledged breach comes back. Default: PT30M.',
    ),
    feeds: entriesOf(feed).describe('The sources that are watched for silence.'),
    childTypes: listOf(identifier(maxTextLength)).describe(
      'Types of incident that involve a child unless somebody says otherwise.',
    ),
    targets: entriesOf(target).describe('What raises alerts.'),
    objectives: entriesOf(objective).describe('What is counted and reported.'),
  })
  .partial()
  .describe(
    'A policy of Vigil: what may wait how long. Durations are ISO 8601; a day is 24 hours.',
  );

export type PolicyDocument = z.infer<typeof policyDocument>;
export type ScopeDocument = z.infer<typeof target> | z.infer<typeof objective>;

/** The keys that a map of the document may have, by its path without the positions in lists. */
export const knownKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(policyDocument.shape)],
  ['feeds', Object.keys(feed.shape)],
  ['targets', Object.keys(target.shape)],
  ['targets.severity', ['warning', 'breach', 'escalation']],
  ['objectives', Object.keys(objective.shape)],
]);

/** The JSON Schema (draft 2020-12) of the document, for editors: `schemas/policy.schema.json`. */
export function policyJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(policyDocument, {
    target: 'draft-2020-12',
    io: 'input',
  });
  return { $schema, title: 'Vigil policy', ...schema };
}
