import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import type { Commit, CommitResult, ShardMode } from '../port.ts';
import { bounds } from './connection.ts';

/** A commit as ARGV of `commit-6.lua`; see its head. */
export function argumentsOf(commit: Commit): string[] {
  const { advance, expectMode, expectNotes, trimOutbox, watermark, heard, mode, ledgerOffset } =
    commit;
  const { incidents = [], slots = [], dropSlots = [], outbox = [], rebuildTo, notes } = commit;
  const head = {
    expectMode: expectMode === 'unprepared' ? '' : expectMode,
    expectNotes: expectNotes && [...expectNotes],
    advance: advance && {
      topic: advance.topic,
      from: advance.from === undefined ? '' : String(advance.from),
      to: String(advance.to),
    },
    trim: trimOutbox && { from: String(trimOutbox.from), through: String(trimOutbox.through) },
    watermark: watermark && { topic: watermark.topic, instant: String(watermark.instant) },
    reached: commit.reached?.map(({ topic, offset, instant }) => ({
      topic,
      offset: String(offset),
      instant: String(instant),
    })),
    heard: heard && latestOf(heard),
    mode,
    rebuildTo: rebuildTo && Object.fromEntries([...rebuildTo].map(([t, end]) => [t, String(end)])),
    ledgerOffset: ledgerOffset && {
      from: ledgerOffset.from === undefined ? '' : String(ledgerOffset.from),
      to: String(ledgerOffset.to),
    },
    notes: notes && Object.fromEntries(notes),
    remember: isRepeatable(commit) ? undefined : String(bounds.rememberedSeconds),
    incidents: incidents.length,
    slots: slots.length,
    dropSlots: dropSlots.length,
    outbox: outbox.length,
  };
  // Pushed one by one: the arguments of a rebuild are too many for a call with spread.
  const argv = [JSON.stringify(head)];
  for (const { id, expected, record, due } of incidents) {
    argv.push(id, String(expected), dueArgument(record, due), record ?? '');
  }
  for (const { key, delta } of slots) argv.push(key, String(delta));
  for (const key of dropSlots) argv.push(key);
  for (const entry of outbox) argv.push(entry);
  return argv;
}

function dueArgument(record: string | undefined, due: Instant | undefined): string {
  if (record === undefined) return 'x';
  return due === undefined ? '' : String(due);
}

/**
 * Whether storing the commit again right away would change nothing and be refused by nothing. That is
 * what an idle partition commits several times a second, and nothing need be remembered for it.
 */
function isRepeatable(commit: Commit): boolean {
  const { advance, ledgerOffset, expectMode, expectNotes, mode, trimOutbox, ...parts } = commit;
  const { incidents = [], slots = [], outbox = [] } = parts;
  const moves = [advance, ledgerOffset].some((one) => one !== undefined && one.from !== one.to);
  const turns = expectMode !== undefined && mode !== undefined;
  const renotes = expectNotes !== undefined && parts.notes !== undefined;
  const adds = incidents.length + slots.length + outbox.length > 0;
  return !moves && !turns && !renotes && !adds && trimOutbox === undefined;
}

function latestOf(heard: NonNullable<Commit['heard']>): Record<string, string> {
  const latest = new Map<string, Instant>();
  for (const { key, instant } of heard) {
    if (instant > (latest.get(key) ?? Number.NEGATIVE_INFINITY)) latest.set(key, instant);
  }
  return Object.fromEntries([...latest].map(([key, instant]) => [key, String(instant)]));
}

/** What `commit-6.lua` returned. */
export function resultOf([outcome, ...rest]: readonly string[]): CommitResult {
  const [first = ''] = rest;
  switch (outcome) {
    case 'committed':
      return { outcome };
    case 'stale-mode':
      return { outcome, stored: first === '' ? undefined : (first as ShardMode) };
    case 'stale-offset':
      return { outcome, stored: first === '' ? undefined : BigInt(first) };
    case 'stale-ledger':
      return { outcome, stored: first === '' ? undefined : BigInt(first) };
    case 'stale-notes':
      return { outcome, names: rest };
    case 'stale-outbox':
      return { outcome, first: first === '' ? undefined : Number(first) };
    case 'stale-incidents':
      return { outcome, ids: rest as IncidentId[] };
    default:
      throw new Error(`the commit script answered ${outcome}`);
  }
}
