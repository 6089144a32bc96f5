import { hash } from 'node:crypto';
import type { DeadLetter } from '@vigil/contracts/dead-letter';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { observeWith } from '@vigil/deployment/observe';
import { compareText } from '@vigil/domain/facts/order';
import { chainHeader, formatLink, linkOf, origin } from '@vigil/domain/ledger/chain';
import type { OutgoingRecord } from '@vigil/event-log/port';
import { createLogger } from '@vigil/service-kit/logging';
import { createMetrics } from '@vigil/service-kit/metrics';
import { afterEach, describe, expect, it } from 'vitest';
import { attended, created, minutes } from '../embedded/facts.ts';
import { type House, openHouse } from '../embedded/house.ts';
import { until } from '../servers/until.ts';
import { canary, traceOf } from './canary.ts';
import { openForge } from './forge.ts';
import { badRecords, foreignRecords } from './records.ts';

let house: House | undefined;
afterEach(async () => {
  const open = house;
  house = undefined;
  await open?.close();
});

/** A house whose logs and metrics are kept. */
async function openWatchedHouse() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'bad-input',
    level: 'debug',
    destination: { write: (line) => lines.push(line) },
  });
  const metrics = createMetrics('bad-input');
  const opened = await openHouse({ start: minutes(0), observe: observeWith(logger, metrics) });
  house = opened;
  return { house: opened, said: async () => `${lines.join('')}${await metrics.metrics()}` };
}

type Kept = Pick<DeadLetter, 'key' | 'value' | 'headers'>;

/** What a dead letter keeps of a record, in a form that shows every header, whatever its name. */
const kept = ({ key, value, headers }: Kept) => ({
  key: key?.toString('base64'),
  value: value === undefined ? undefined : `${value.length} bytes, ${hash('sha256', value)}`,
  headers: Object.entries(headers)
    .map(([name, bytes]) => `${name}: ${bytes.toString('base64')}`)
    .toSorted(),
});

const wholeLetter = (letter: DeadLetter) => ({
  topic: letter.topic,
  reason: letter.reason,
  ...kept(letter),
});

function bytesOf(record: OutgoingRecord | undefined) {
  const { key = null, value = null, headers = {} } = record ?? {};
  const entries = Object.entries(headers).map(([name, one]) => [name, Buffer.from(one)] as const);
  return kept({
    headers: Object.fromEntries(entries),
    ...(key === null ? {} : { key: Buffer.from(key) }),
    ...(value === null ? {} : { value }),
  });
}

/** What Kafka Connect calls them. */
const connectHeaders = [
  '__connect.errors.exception.class.name',
  '__connect.errors.exception.message',
  '__connect.errors.offset',
  '__connect.errors.partition',
  '__connect.errors.topic',
  'content-type',
];

describe('a record that is no fact', () => {
  it('is put aside once, whole and with its reason, and harms nothing around it', async () => {
    const { house, said } = await openWatchedHouse();
    const forge = await openForge(embeddedSchemas(), minutes(0));
    const sent: OutgoingRecord[] = [];
    for (const [index, { topic, make }] of badRecords.entries()) {
      await house.append(created(`INC-${index}`, minutes(0)));
      const record = make(forge);
      sent.push(record);
      await house.appendRecord(topic, record);
    }
    await house.moveTo(minutes(10));
    await house.deliver(attended('INC-1', minutes(10)));
    await house.moveTo(minutes(46));

    const letters = await house.deadLetters();
    expect(letters.toSorted(byPlace).map(wholeLetter)).toEqual(
      badRecords
        .map(({ topic, reason }, index) => ({ topic, reason, ...bytesOf(sent[index]) }))
        .toSorted(byPlace),
    );
    expect(new Set(letters.map(({ topic, offset }) => `${topic} ${offset}`)).size).toBe(
      badRecords.length,
    );
    for (const { headers } of await house.deadLetterRecords()) {
      expect(Object.keys(headers).toSorted()).toEqual(connectHeaders);
      expect(traceOf(String(Object.values(headers)))).toBeUndefined();
    }

    const warned = house.ledger().filter(({ phase }) => phase === 'warning');
    expect(warned).toHaveLength(badRecords.length - 1);

    const found = traceOf(await said());
    expect(found).toBeUndefined();
  });
});

describe('a record on the alert topic that is not of the ledger', () => {
  it('is put aside by the next owner, who goes on saying what is due', async () => {
    const { house, said } = await openWatchedHouse();
    const forge = await openForge(embeddedSchemas(), minutes(0));
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(46));
    for (const { make } of foreignRecords) {
      await house.appendRecord('attendance-alerts', make(forge));
    }
    await house.loseWorkingSet();
    await house.moveTo(minutes(61));
    expect(house.ledger().map(({ phase }) => phase)).toEqual(['warning', 'breach']);
    const letters = await house.deadLetters();
    expect(letters.map(({ reason }) => reason)).toEqual(foreignRecords.map(({ reason }) => reason));
    expect(traceOf(await said())).toBeUndefined();
  });

  it('stops the owner when it carries a link of the chain: Vigil wrote it, and it was damaged', async () => {
    const failures: string[] = [];
    const stopped = await openHouse({
      start: minutes(0),
      observe: (seen) => {
        if (seen.event === 'failed') failures.push(seen.error.name);
      },
    });
    const link = formatLink(linkOf(origin, { partition: 0, key: canary, record: null }));
    const value = Buffer.from(canary);
    const headers = { [chainHeader]: link };
    await stopped.appendRecord('attendance-alerts', { key: canary, value, headers });
    await stopped.loseWorkingSet({ settle: false });
    await until(() => failures.length > 1, { what: 'the owner to stop', deadlineMs: 5_000 });
    expect(new Set(failures)).toEqual(new Set(['UnreadableLedger']));
    expect(await stopped.deadLetters()).toEqual([]);
    await expect(stopped.close()).rejects.toThrow('the services failed');
  });
});

type Place = { readonly topic: string; readonly offset?: string };
/** By topic, and by offset where that is known: those of one topic stay in their order. */
const byPlace = (a: Place, b: Place) =>
  compareText(a.topic, b.topic) || Number(a.offset ?? 0) - Number(b.offset ?? 0);
