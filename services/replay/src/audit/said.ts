/** What was said, as a file or the topic has it, in the form that an audit compares. */

import { childInvolvements, grades } from '@vigil/domain/facts/fact';
import { type AlertId, lateReasons, milestones, severities } from '@vigil/domain/ledger/alert';
import type { SaidRecord } from '@vigil/domain/ledger/audit';
import { checkInstant, parseInstant } from '@vigil/domain/time/instant';
import { piecesOf } from '@vigil/event-log/files/bytes';
import { findFiles } from '@vigil/event-log/files/find-files';
import { linesOf } from '@vigil/event-log/files/lines';
import { z } from 'zod';

/** A record that was read: one about an incident, or one about a feed or an objective. */
export type ReadSaid =
  | { readonly kind: 'said'; readonly record: SaidRecord }
  | { readonly kind: 'other' }
  | UnreadableSaid;

/** Something that stands where a record should. */
export interface UnreadableSaid {
  readonly kind: 'unreadable';
  readonly place: string;
  /** Names the field and the problem; quotes nothing. */
  readonly problem: string;
}

/** Milliseconds since the epoch, as a record of the ledger has them, or RFC 3339 text. */
const instant = z.union([z.number(), z.string()]).transform((value, context) => {
  const read = typeof value === 'number' ? checkInstant(value) : parseInstant(value);
  if (typeof read === 'number') return read;
  context.issues.push({ code: 'custom', message: read.problem, input: value });
  return z.NEVER;
});
const name = z.string().min(1).max(1_024);
const phase = z.union([
  z.enum(['warning', 'breach', 'cleared']),
  z.templateLiteral(['escalation-', z.int().positive()]),
]);

const identity = {
  alertId: name.transform((id) => id as AlertId),
  revision: z.int().positive().default(1),
  incidentId: z.string().min(1).max(128),
  target: name,
  phase,
  at: instant,
};

/** A line of `alerts.ndjson`, or all that an alert on the topic carries. */
const alertSchema = z.object({
  ...identity,
  reason: z
    .enum([...milestones, 'closed', 'regraded', 'child-ruled-out', 'out-of-scope'])
    .optional(),
  raisedAt: instant.optional(),
  late: z.enum(lateReasons).optional(),
  confidence: z.enum(['confirmed', 'provisional']).optional(),
  policyVersion: z.string().optional(),
  forceId: z.string().optional(),
  areaId: z.string().optional(),
  grade: z.enum(grades).optional(),
  child: z.enum(childInvolvements).optional(),
  milestone: z.enum(milestones).optional(),
  severity: z.enum(severities).optional(),
  begin: instant.optional(),
  due: instant.optional(),
});
const markSchema = z.object(identity);

/**
 * Reads a record of what was said, whichever form it has.
 *
 * @param json - a line of `alerts.ndjson`, a record of the ledger, or a line of `ledger export`.
 * @param place - where it stands, for people.
 */
export function readSaid(json: unknown, place: string): ReadSaid {
  const record = ledgerRecordOf(json);
  const kind = record['kind'] ?? 'alert';
  switch (kind) {
    case 'feed-alert':
    case 'objective-alert':
      return { kind: 'other' };
    case 'retraction':
    case 'confirmation': {
      const parsed = markSchema.safeParse(record);
      if (!parsed.success) return unreadable(place, parsed.error);
      // The brands exist for the compiler only: an audit compares what it is given.
      return { kind: 'said', record: { kind, place, ...parsed.data } as SaidRecord };
    }
    case 'alert': {
      const parsed = alertSchema.safeParse(record);
      if (!parsed.success) return unreadable(place, parsed.error);
      const { forceId, areaId, grade, child, milestone, severity, begin, due, ...brief } =
        parsed.data;
      const particulars = { forceId, areaId, grade, child, milestone, severity, begin, due };
      const whole = forceId === undefined ? {} : { particulars };
      return { kind: 'said', record: { kind, place, ...brief, ...whole } as SaidRecord };
    }
    default:
      return { kind: 'unreadable', place, problem: 'kind is none that a ledger has' };
  }
}

function ledgerRecordOf(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null) return {};
  const record = 'record' in json && 'partition' in json ? json.record : json;
  return typeof record === 'object' && record !== null ? { ...record } : {};
}

function unreadable(place: string, error: z.ZodError): UnreadableSaid {
  const fields = [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ');
  return { kind: 'unreadable', place, problem: `has no right ${fields}` };
}

/**
 * Reads what was said from files; blank lines count but hold nothing.
 *
 * @throws FactsFileError when a file is missing or cannot be read to its end.
 */
export async function* readSaidFiles(named: readonly string[]): AsyncGenerator<ReadSaid> {
  for (const file of await findFiles(named)) {
    for await (const { lines } of linesOf(piecesOf(file))) {
      for (const line of lines) {
        const place = `${file.name}:${line.number}`;
        if ('bytes' in line) {
          yield { kind: 'unreadable', place, problem: 'is no text of a length that a record has' };
        } else if (line.text.trim() !== '') yield readText(line.text, place);
      }
    }
  }
}

function readText(text: string, place: string): ReadSaid {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', place, problem: 'is not JSON' };
  }
  return readSaid(json, place);
}
