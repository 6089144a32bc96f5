/** Whatever stands in a file, a record, a variable or a request: it is read, or refused in a way that is meant. */
import { type Codec, openCodec } from '@vigil/contracts/codec';
import { UnreadableLedger } from '@vigil/contracts/ledger-codec';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { PolicyError } from '@vigil/domain/policy/policy-error';
import type { Duration } from '@vigil/domain/time/duration';
import { parseDuration } from '@vigil/domain/time/duration';
import { formatInstant, parseInstant } from '@vigil/domain/time/instant';
import { readLine } from '@vigil/event-log/files/read-facts';
import { MappingError } from '@vigil/import/mapping-error';
import { parseMapping } from '@vigil/import/parse-mapping';
import { ConfigurationError, loadConfiguration } from '@vigil/service-kit/configuration';
import { variableNames } from '@vigil/service-kit/variables';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalRoom, openLocalRoom } from '../control-room/local-room.ts';
import { attended, created, minutes } from '../embedded/facts.ts';
import { goodEvent } from './lines.ts';

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

/** Text as it goes wrong: anything at all, or something good that was damaged somewhere. */
function damaged(good: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(),
    take: fc.nat(12),
    put: fc.string({ unit: 'binary', maxLength: 12 }),
  });
  const broken = fc
    .tuple(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([text, changes]) =>
      changes.reduce((now, { at, take, put }) => {
        const place = at % (now.length + 1);
        return now.slice(0, place) + put + now.slice(place + take);
      }, text),
    );
  return fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.json(), broken);
}

/** What it comes to: nothing, or the error; another than is meant fails the test with its own stack. */
function refusalOf(act: () => unknown, ...meant: readonly (new (...args: never) => Error)[]): void {
  try {
    act();
  } catch (error) {
    if (!meant.some((kind) => error instanceof kind)) throw error;
  }
}

const policy = `timeZone: Europe/London
targets:
  - { name: a, milestone: attended, grades: [priority], child: involved, within: PT60M,
      severity: { warning: medium, breach: high, escalation: critical } }
`;
const mapping = `source: urn:police:example:cad
timeZone: Europe/London
`;

describe('any text', () => {
  const numRuns = 2_000;

  it('as a policy is one, or is refused with its lines', () => {
    fc.assert(
      fc.property(damaged([policy]), (text) =>
        refusalOf(() => parsePolicy(text, 'p'), PolicyError),
      ),
      { numRuns },
    );
  });

  it('as a mapping is one, or is refused with its lines', () => {
    fc.assert(
      fc.property(damaged([mapping]), (text) =>
        refusalOf(() => parseMapping(text, 'm'), MappingError),
      ),
      { numRuns },
    );
  });

  it('as a line of a file is a fact, a rejected line with what was there, or blank', () => {
    const good = JSON.stringify(goodEvent('incident-created', 'INC-1'));
    fc.assert(
      fc.property(damaged([good]), (text) => {
        const read = readLine({ number: 1, text }, 'f.ndjson');
        if (read === undefined) expect(text.trim()).toBe('');
        else if (read.kind === 'rejected') {
          expect(read).toMatchObject({ line: 1, original: text });
          expect(read.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns },
    );
  });

  it('as an instant is one that is written back the same, or a problem', () => {
    const good = ['2026-03-02T09:00:00.000Z', '2026-03-02T09:00:00+01:00'];
    fc.assert(
      fc.property(damaged(good), (text) => {
        const read = parseInstant(text);
        if (typeof read === 'number') expect(parseInstant(formatInstant(read))).toBe(read);
        else expect(read.problem).not.toBe('');
      }),
      { numRuns: 5_000 },
    );
  });

  it('as a duration is a number of milliseconds, or none', () => {
    fc.assert(
      fc.property(damaged(['PT60M', 'P1DT2H', 'PT0.5S']), (text) => {
        const read = parseDuration(text);
        expect(read === undefined || Number.isSafeInteger(read)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('in a variable is a setting, or is refused by its name', () => {
    const environment = fc.dictionary(
      fc.constantFrom(...variableNames),
      damaged(['kafka:9092', '12', 'true']),
    );
    fc.assert(
      fc.property(environment, (given) =>
        refusalOf(() => loadConfiguration(given), ConfigurationError),
      ),
      { numRuns },
    );
  });
});

describe('any bytes', () => {
  let codec: Codec;
  beforeAll(async () => {
    codec = await openCodec(embeddedSchemas(), topicNames(), { maxAhead: 300_000 as Duration });
  });

  /** Records that were good, with a few bytes of the value changed, taken or added. */
  const records = fc
    .tuple(
      fc.constantFrom(created('INC-1', minutes(0)), attended('INC-1', minutes(5))),
      fc.array(fc.record({ at: fc.nat(), take: fc.nat(3), put: fc.uint8Array({ maxLength: 9 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([fact, changes]) => ({ fact, changes }));

  it('on an input topic are a fact, a heartbeat, or put aside with the reason', async () => {
    await fc.assert(
      fc.asyncProperty(records, async ({ fact, changes }) => {
        const { key, value, headers = {} } = codec.encodeFact(fact);
        const bytes = changes.reduce<Buffer>((now, { at, take, put }) => {
          const place = at % (now.length + 1);
          return Buffer.concat([now.subarray(0, place), put, now.subarray(place + take)]);
        }, value ?? Buffer.alloc(0));
        const read = await codec.decode({
          ...{ topic: 'incident-created', partition: 0, offset: 0n, timestamp: minutes(6) },
          ...{ key: Buffer.from(key ?? ''), value: bytes },
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
          ),
        });
        expect(['fact', 'heartbeat', 'rejected']).toContain(read.kind);
      }),
      { numRuns: 3_000 },
    );
  });

  it('on the alert topic and on that of actions are refused as unreadable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const record = {
          ...{ topic: 'attendance-alerts', partition: 0, offset: 0n, timestamp: minutes(0) },
          ...{ key: Buffer.from('INC-1'), value: Buffer.from(bytes), headers: {} },
        };
        await expect(codec.decodeLedger(record)).rejects.toThrow(UnreadableLedger);
        expect(await codec.decodeAction(record)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('any request', () => {
  const name = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 40 })
    .filter((text) => text.isWellFormed());

  it('is answered or refused, and never fails the server', async () => {
    const room: LocalRoom = await openLocalRoom();
    const ask = async (path: string, body?: string) => {
      const response = await fetch(room.url + path, {
        ...(body === undefined ? {} : { method: 'POST', body }),
        headers: { 'content-type': 'application/json' },
      });
      await response.text();
      // The figures may not be there yet; they are not asked for.
      expect(response.status).toBeLessThan(500);
    };
    try {
      await fc.assert(
        fc.asyncProperty(name, fc.json(), async (text, body) => {
          const part = encodeURIComponent(text);
          await ask(`/api/incidents/${part}`);
          await ask(`/api/queue?force=${part}&limit=${part}`);
          await ask('/api/silences', body);
          await ask(`/api/alerts/${part}/acknowledgement`, body);
        }),
        { numRuns: 200 },
      );
      expect(room.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    } finally {
      await room.stop();
    }
  });
});
