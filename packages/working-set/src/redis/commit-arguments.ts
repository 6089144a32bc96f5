import type { IncidentId } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import type { Commit, CommitResult, ShardMode } from '../port.ts';
import { bounds } from './connection.ts';

/** A commit as ARGV of `commit-6.lua`; see its head. */
export function argumentsOf(commit: Commit): string[] {
  const { advance, expectMode, trimOutbox, watermark, heard, mode, ledgerOffset } = commit;
  const { incidents = [], slots = [], dropSlots = [], outbox = [], rebuildTo, notes } = commit;
  const head = {
    expectMode: expectMode === 'unprepared' ? '' : expectMode,
    advance: advance && {
      topic: advance.topic,
      from: advance.from === undefined ? '' : String(advance.from),
      to: String(advance.to),
    },
    trim: trimOutbox && { from: String(trimOutbox.from), through: String(trimOutbox.through) },
    watermark: watermark && { topic: watermark.topic, instant: String(watermark.instant) },
    heard: heard && latestOf(heard),
    mode,
    rebuildTo: rebuildTo && Object.fromEntries([...rebuildTo].map(([t, end]) => [t, String(end)])),
    ledgerOffset: ledgerOffset === undefined ? undefined : String(ledgerOffset),
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
function isRepeatable({ advance, expectMode, mode, trimOutbox, ...parts }: Commit): boolean {
  const { incidents = [], slots = [], outbox = [] } = parts;
  const moves = advance !== undefined && advance.from !== advance.to;
  const turns = expectMode !== undefined && mode !== undefined;
  const adds = incidents.length + slots.length + outbox.length > 0;
  return !moves && !turns && !adds && trimOutbox === undefined;
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
    case 'stale-outbox':
      return { outcome, first: first === '' ? undefined : Number(first) };
    case 'stale-incidents':
      return { outcome, ids: rest as IncidentId[] };
    default:
      throw new Error(`the commit script answered ${outcome}`);
  }
}
