/** The history that the contenders of a benchmark are given, and what should be said of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { Fact, FactId, ForceId, IncidentId, SourceId } from '@vigil/domain/facts/fact';
import type { Alert, Phase } from '@vigil/domain/ledger/alert';
import { formatInstant, type Instant, plus } from '@vigil/domain/time/instant';
import type { Delivered } from '@vigil/generator/delivery';
import { generateFacts } from '@vigil/generator/generate';
import { vigil } from '../integration/vigil-process.ts';

const hour = 3_600_000;
const day = 24 * hour;
const days = 10;

/** How long before its end a history begins: everything in it has fallen due long before the end. */
const beginsBefore = 14 * day;

/** Generated facts of ten days, as they were delivered: late, in another order, twice. */
export function generatedHistory(incidents: number, end: Instant): readonly Delivered[] {
  const from = plus(end, -beginsBefore);
  return [...generateFacts({ incidents, seed: 20, from, days })];
}

/**
 * The same without anything that a pattern over events cannot follow: creations and first attendances
 * only, in the order in which they happened; and no incident attended at the instant of its creation, as
 * no pattern knows which of two events of one instant, which came on two topics, was the first.
 */
export function plainHistory(incidents: number, end: Instant): readonly Delivered[] {
  const kept = new Map<string, Fact>();
  for (const { fact } of generatedHistory(incidents, end)) {
    if (fact.type !== 'incident-created' && fact.type !== 'officer-attended') continue;
    const first = `${fact.incidentId} ${fact.type}`;
    const known = kept.get(first);
    if (known === undefined || fact.at < known.at) kept.set(first, withoutHints(fact));
  }
  return [...kept.values()]
    .filter(({ type, at, incidentId }) => {
      const created = kept.get(`${incidentId} incident-created`);
      const attended = kept.get(`${incidentId} officer-attended`);
      if (created === undefined || created.at === attended?.at) return false;
      return type === 'incident-created' || created.at < at;
    })
    .map((fact) => ({ fact, deliveredAt: fact.at }))
    .sort((a, b) => a.deliveredAt - b.deliveredAt);
}

/** A pattern's condition is about one event: whether a child is involved has to be said by that event. */
function withoutHints(fact: Fact): Fact {
  if (fact.type !== 'incident-created') return fact;
  const { childMarkers, youngestAge, incidentType, ...rest } = fact;
  const hinted = (childMarkers?.length ?? 0) > 0 || (youngestAge ?? 18) < 18;
  return hinted ? { ...rest, childInvolvement: 'involved' } : rest;
}

/** Incidents that nobody ever attends, to see that a contender is at work. */
export function sentinels(count: number, end: Instant): readonly Delivered[] {
  return Array.from({ length: count }, (_, index) => {
    const incidentId = `SENTINEL-${index}` as IncidentId;
    const at = plus(end, -5 * day);
    const fact: Fact = {
      type: 'incident-created',
      id: incidentId as string as FactId,
      source: 'urn:police:example:cad' as SourceId,
      incidentId,
      forceId: 'example' as ForceId,
      grade: 'priority',
      childInvolvement: 'involved',
      at,
    };
    return { fact, deliveredAt: at };
  });
}

/** What identifies an alert, as text. */
export function alertKey({ incidentId, target, phase, at }: Omit<Alert, 'reason'>): string {
  return `${incidentId}\n${target}\n${phase}\n${at}`;
}

interface ReplayOptions {
  readonly policy: string;
  readonly end: Instant;
  /** Where it puts its files. */
  readonly folder: string;
  /** Alerts of these only; all where it is absent. */
  readonly phases?: readonly Phase[];
}

/**
 * What `vigil replay` says of the facts.
 *
 * @returns the alerts by {@link alertKey}.
 */
export async function replayed(
  history: readonly Delivered[],
  { policy, end, folder, phases }: ReplayOptions,
): Promise<ReadonlySet<string>> {
  const file = join(folder, 'facts.ndjson');
  const lines = history.map(({ fact }) => `${JSON.stringify(formatCloudEvent(fact))}\n`);
  await writeFile(file, lines.join(''));
  const out = join(folder, 'replay');
  const { status, stderr } = await vigil([
    ...['replay', '--facts', file, '--policy', policy],
    ...['--until', formatInstant(end), '--out', out],
  ]);
  if (status !== 0) throw new Error(stderr);
  const alerts = (await readFile(join(out, 'alerts.ndjson'), 'utf8')).trim().split('\n');
  return new Set(
    alerts
      .map((line) => JSON.parse(line))
      .filter(({ phase }) => phases?.includes(phase) ?? true)
      .map((alert) => alertKey({ ...alert, at: Date.parse(alert.at) as Instant })),
  );
}
