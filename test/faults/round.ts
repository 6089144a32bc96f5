import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import { topicOf } from '@vigil/domain/facts/fact';
import type { AlertId } from '@vigil/domain/ledger/alert';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { until } from '../servers/until.ts';
import { randomFrom } from '../simulation/random.ts';
import type { Fault } from './faults.ts';
import { replayed } from './replayed.ts';
import type { Rig } from './rig.ts';
import { type Timed, traffic } from './traffic.ts';

/** What one fault did. */
export interface Round {
  readonly fault: string;
  readonly facts: number;
  /** Alerts that should stand in the end, by a replay of the same facts. */
  readonly expected: number;
  /** Of those, the ones that never came; and alerts that stand and should not. */
  readonly lost: readonly AlertId[];
  readonly spurious: readonly AlertId[];
  /** Records of the ledger that say again what has been said. */
  readonly twice: readonly string[];
  /** Raised, without being called provisional, although proof of attendance was in the log by then. */
  readonly wrong: readonly AlertId[];
  /** Taken back, for a fact that reached the log late. */
  readonly retracted: number;
  /** From when a breach was due and known until a subscriber had it: the longest, in milliseconds. */
  readonly worstDelayMs: number;
  readonly restarts: number;
}

const INCIDENTS = 60;
/** Traffic before the fault begins and after it has ended, in milliseconds. */
const before = 3_000;
const after = 5_000;
/** A detector that was replaced, and brokers that return, take their time. */
const SETTLE_MS = 150_000;

/**
 * Sends facts while a fault happens, waits until the ledger is that of a replay of the same facts, and
 * says what came of it.
 */
export async function playRound(rig: Rig, fault: Fault, seed: number): Promise<Round> {
  const random = randomFrom(seed);
  const { ledger, services } = rig;
  const name = `R${seed}`;
  const from = plus(Date.now() as Instant, 2_000);
  const to = plus(from, before + fault.seconds * 1_000 + after);
  const timed = traffic(name, INCIDENTS, { from, to }, random);
  const restartsBefore = services.reduce((sum, service) => sum + service.restarts(), 0);
  const saidBefore = ledger.records.length;

  const sending = send(rig, timed);
  await sleep(before);
  await fault.happen(rig, random);
  const inLog = await sending;

  const end = plus(to, 3_001);
  while (Date.now() < end) await sleep(end - Date.now());
  const file = join(rig.folder, `${name}.ndjson`);
  const lines = timed.map(({ fact }) => `${JSON.stringify(formatCloudEvent(fact))}\n`);
  await writeFile(file, lines.join(''));
  const expected = new Set(await replayed(rig, file, name, end));
  const standing = (): Set<AlertId> =>
    new Set(
      [...ledger.standing().values()].flatMap((one) =>
        'incidentId' in one && one.incidentId.startsWith(`${name}-`) && one.at <= end
          ? [one.alertId]
          : [],
      ),
    );
  await until(() => expected.symmetricDifference(standing()).size === 0, {
    what: 'the ledger of the replay',
    deadlineMs: SETTLE_MS,
    pollMs: 250,
  }).catch(() => undefined);

  const said = ledger.records.slice(saidBefore);
  const alerts = said.flatMap((one) =>
    one.kind === 'alert' && one.incidentId.startsWith(`${name}-`) ? [one] : [],
  );
  const final = standing();
  const breaches = alerts.filter(({ phase }) => phase === 'breach');
  return {
    fault: fault.name,
    facts: timed.length,
    expected: expected.size,
    lost: [...expected.difference(final)],
    spurious: [...final.difference(expected)],
    twice: repeated(ledger.records.map((one) => `${one.kind} ${one.alertId} ${one.revision}`)),
    wrong: breaches.flatMap(({ alertId, incidentId, confidence, at, raisedAt }) => {
      const proof = inLog.get(`${incidentId}-a`);
      const unfounded = !expected.has(alertId) && confidence === 'confirmed';
      return unfounded && proof !== undefined && proof < Math.min(at, raisedAt) ? [alertId] : [];
    }),
    retracted: said.filter(({ kind }) => kind === 'retraction').length,
    worstDelayMs: Math.max(
      0,
      ...breaches.map(({ alertId, incidentId, at }) => {
        const known = Math.max(at, inLog.get(`${incidentId}-c`) ?? at);
        return (rig.received.get(alertId) ?? Number.POSITIVE_INFINITY) - known;
      }),
    ),
    restarts: services.reduce((sum, service) => sum + service.restarts(), 0) - restartsBefore,
  };
}

/** Sends each fact at its time, again until the brokers have it; when they first had it, by its id. */
async function send(
  { producer, codec }: Rig,
  timed: readonly Timed[],
): Promise<Map<string, number>> {
  const inLog = new Map<string, number>();
  await Promise.all(
    timed.map(async ({ sendAt, fact }) => {
      await sleep(Math.max(0, sendAt - Date.now()));
      const topic = codec.topics.input[topicOf[fact.type]];
      for (;;) {
        try {
          await producer.send({ topic, messages: [codec.encodeFact(fact)] });
          break;
        } catch {
          // The broker is away: that is the round's fault, and the source keeps what it has to say.
          await sleep(500);
        }
      }
      if (!inLog.has(fact.id)) inLog.set(fact.id, Date.now());
    }),
  );
  return inLog;
}

/** The names that stand there a second time. */
export function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}
