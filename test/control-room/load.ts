/**
 * Measures the control room on real servers, a process for each service: many open incidents, many
 * events a second, many browsers on the stream. How long from an alert being raised until each browser
 * has it; publication and the way over Kafka included.
 *
 *     node test/control-room/load.ts [open] [events a second] [browsers] [seconds]
 */
import { readFile } from 'node:fs/promises';
import { setInterval as every } from 'node:timers/promises';
import type { AreaId, Fact } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { created, openRoom } from '../browser/control-room/room.ts';
import { readLedger } from '../integration/ledger-reader.ts';
import { findRealServers } from '../servers/real-servers.ts';
import { until } from '../servers/until.ts';

const [open = 5_000, rate = 200, browsers = 100, seconds = 30] = process.argv.slice(2).map(Number);
const minute = 60_000;
/** One event in so many is an incident that is overdue at once; the others are news of open ones. */
const breachEvery = 10;

const servers = await findRealServers();
try {
  const deployment = `load-${process.pid}`;
  const room = await openRoom(servers, deployment);
  const ledger = await readLedger(servers, room.codec, `${deployment}-reader`);

  const began = Date.now() as Instant;
  // Due over the next hours, none while this runs: they are the weight, not the load.
  const waiting = Array.from({ length: open }, (_, index) =>
    created(`OPEN-${index}`, plus(began, -(index % 10) * minute)),
  );
  for (let i = 0; i < open; i += 500) await room.produce(waiting.slice(i, i + 500));
  await until(
    async () => {
      const answer = await (await fetch(`${room.url}/api/queue?limit=1`)).text();
      return answer.includes(`"total":${open},`);
    },
    { what: 'all open incidents in the queue', deadlineMs: 120_000, pollMs: 250 },
  );

  const heard = await Promise.all(Array.from({ length: browsers }, () => listen(room.url)));
  let sent = 0;
  let breaches = 0;
  const end = Date.now() + seconds * 1_000;
  for await (const _ of every(100)) {
    const facts: Fact[] = [];
    for (let i = 0; i < rate / 10; i++, sent++) {
      const now = Date.now() as Instant;
      if (sent % breachEvery === 0) {
        facts.push(created(`LATE-${breaches++}`, plus(now, -61 * minute)));
      } else facts.push(moved(`OPEN-${sent % open}`, now, sent));
    }
    await room.produce(facts);
    if (Date.now() >= end) break;
  }
  const raised = () =>
    ledger.records.flatMap((one) =>
      one.kind === 'alert' && one.phase === 'breach' && one.incidentId.startsWith('LATE-')
        ? [one]
        : [],
    );
  await until(() => raised().length === breaches && heard.every(({ at }) => at.size >= breaches), {
    what: 'every breach at every browser',
    deadlineMs: 60_000,
    pollMs: 250,
  });
  const delays = raised()
    .flatMap(({ alertId, raisedAt }) =>
      heard.map(({ at }) => (at.get(alertId) ?? Infinity) - raisedAt),
    )
    .sort((a, b) => a - b);
  const quantile = (q: number) => delays[Math.ceil(q * delays.length) - 1];
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const [, rss = '?'] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
  process.stdout.write(
    [
      `${open} open incidents, ${rate} events a second for ${seconds} s, ${browsers} browsers`,
      `events sent: ${sent}, breaches among them: ${breaches}, deliveries timed: ${delays.length}`,
      `raised to browser, ms: p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${delays.at(-1)}`,
      `this measuring process: ${rss} kB at most`,
      '',
    ].join('\n'),
  );
  for (const { stop } of heard) stop();
  await ledger.stop();
  await room.stop();
} finally {
  await servers.stop();
}

/** News of an open incident that changes what its row shows. */
function moved(incident: string, at: Instant, index: number): Fact {
  const { type: _, ...fact } = created(incident, at);
  const { id, source, incidentId } = fact;
  return {
    type: 'incident-updated',
    ...{ id, source, incidentId, at },
    areaId: `area-${index % 40}` as AreaId,
  };
}

/** A browser on the stream: when it first had each alert. */
async function listen(url: string) {
  const stopping = new AbortController();
  const response = await fetch(`${url}/api/stream`, { signal: stopping.signal });
  const at = new Map<string, number>();
  const reading = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const now = Date.now();
      const text = rest + Buffer.from(chunk).toString('latin1');
      for (const [, alertId = ''] of text.matchAll(
        /"incidentId":"LATE-[^}]*?"alertId":"([^"]+)"/g,
      )) {
        if (!at.has(alertId)) at.set(alertId, now);
      }
      rest = text.slice(-2_000);
    }
  };
  reading().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return { at, stop: () => stopping.abort() };
}
