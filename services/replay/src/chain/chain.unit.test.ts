import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChainHead, linkOf, origin } from '@vigil/domain/ledger/chain';
import type { ChainRecord } from '@vigil/domain/ledger/chain-stretches';
import type { Instant } from '@vigil/domain/time/instant';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError, checkpointOf, openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { ledgerLine, readLedgerFile } from './ledger-file.ts';
import { verdictLines, verifyLedger } from './verify-ledger.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-chain-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Four records in each of two partitions, one partition after the other as an export has them. */
const ledger: readonly ChainRecord[] = [0, 1].flatMap((partition) => {
  let head: ChainHead = origin;
  return [0, 1, 2, 3].map((i) => {
    const linkable = {
      partition,
      key: `INC-${i}`,
      record: { kind: 'alert', alertId: `alert-${partition}-${i}`, at: 1_772_445_600_000 + i },
    };
    const link = linkOf(head, linkable);
    head = link;
    return { ...linkable, offset: String(2 * i), link };
  });
});
const lines = ledger.map(ledgerLine);

async function file(content: readonly (string | Buffer)[]): Promise<string> {
  const path = join(folder, 'ledger.ndjson');
  await writeFile(path, Buffer.concat(content.map((line) => Buffer.from(`${line}\n`))));
  return path;
}

/** What is told of a file with these lines: the findings, without the folder. */
async function foundIn(content: readonly string[]): Promise<readonly string[]> {
  const verdict = await verifyLedger(readLedgerFile(await file(content)));
  return verdictLines(verdict)
    .filter((line) => /^[a-z-]+: /.test(line))
    .map((line) => line.replaceAll(`${folder}/`, ''));
}

describe('an export of the ledger', () => {
  it('is checked by what stands in it', async () => {
    const path = await file(lines);
    const read: unknown[] = [];
    for await (const record of readLedgerFile(path)) read.push(record);
    expect(read).toEqual(ledger.map((record, index) => ({ ...record, line: index + 1 })));
    const verdict = await verifyLedger(readLedgerFile(path));
    expect(verdict.outcome).toBe('whole');
    const [hash0, hash1] = [ledger[3]?.link?.hash, ledger[7]?.link?.hash];
    expect(verdictLines(verdict)).toEqual([
      `partition 0: 4 records from offset 0 to 6, ending in ${hash0}`,
      `partition 1: 4 records from offset 0 to 6, ending in ${hash1}`,
      '8 records in 2 chains: whole',
    ]);
  });

  it('can be checked without Vigil: the hash is over the line less hash and offset', () => {
    for (const line of lines) {
      const { hash, offset: _, ...covered } = JSON.parse(line);
      const canonical = canonicalize(covered) ?? '';
      expect(createHash('sha256').update(canonical).digest('hex')).toBe(hash);
    }
  });

  it('shows a record deleted, one altered and one invented, and where', async () => {
    const invented = JSON.stringify({ ...JSON.parse(lines[6] ?? ''), key: 'INC-X', offset: '5' });
    const tampered = lines
      .toSpliced(6, 0, invented)
      .map((line, i) => (i === 1 ? line.replace('"alert"', '"retraction"') : line))
      .toSpliced(4, 1);
    expect(await foundIn(tampered)).toEqual([
      'altered: partition 0, 1 record at offset 2 (line 2), alert alert-0-1: not what was published',
      'removed: partition 1, 1 record before offset 2 (line 5), alert alert-1-1: not there',
      'inserted: partition 1, 1 record at offset 5 (line 6), alert alert-1-2: not of the chain',
    ]);
  });

  it('shows lines that are no records, and quotes nothing of them', async () => {
    const [first = '', second = '', third = '', ...rest] = lines;
    const more = JSON.stringify({ ...JSON.parse(third), note: 'secret' });
    expect(await foundIn([first, second.slice(0, 40), more, '', ...rest])).toEqual([
      'unreadable: ledger.ndjson line 2 is not JSON',
      'unreadable: ledger.ndjson line 3 does not have the fields of a record of the ledger, and no others',
      'removed: partition 0, 2 records after offset 0 (line 1), alert alert-0-0 and before offset 6 (line 5), alert alert-0-3: not there',
    ]);
  });

  it('is unproven where nothing carries a link', async () => {
    const bare = ledger.map((record) => ledgerLine({ ...record, link: undefined }));
    const verdict = await verifyLedger(readLedgerFile(await file(bare)));
    expect(verdict.outcome).toBe('unproven');
    expect(verdictLines(verdict)[0]).toBe(
      'partition 0: no chain yet; 4 records before it without a link',
    );
  });
});

describe('a checkpoint', () => {
  const { privateKey, publicKey } = pemPair('ed25519');
  const takenAt = Date.UTC(2026, 2, 2, 12) as Instant;
  const signed = async (count: number): Promise<string> => {
    const some = ledger.filter((_, index) => index % 4 < count).map(ledgerLine);
    const { partitions } = await verifyLedger(readLedgerFile(await file(some)));
    return signCheckpoint(checkpointOf('attendance-alerts', takenAt, partitions), privateKey);
  };

  it('is opened with the public key and says where each chain ended', async () => {
    const text = await signed(3);
    const expected = {
      ledger: 'attendance-alerts',
      takenAt,
      heads: [2, 6].map((index) => {
        const { partition, offset, link } = ledger[index] ?? expect.fail();
        return { partition, offset, sequence: link?.sequence, hash: link?.hash };
      }),
    };
    expect(openCheckpoint(text, publicKey)).toEqual(expected);
    expect(openCheckpoint(text, privateKey)).toEqual(expected);
    expect(openCheckpoint(JSON.stringify(JSON.parse(text)), publicKey)).toEqual(expected);
  });

  it('holds a ledger to it: what only grew extends it, what was cut short does not', async () => {
    const checkpoint = openCheckpoint(await signed(3), publicKey);
    const outcomeOf = async (content: readonly string[]) =>
      (await verifyLedger(readLedgerFile(await file(content)), checkpoint)).outcome;
    expect(await outcomeOf(lines)).toBe('whole');
    expect(await outcomeOf(lines.toSpliced(7, 1))).toBe('whole');
    expect(await outcomeOf(lines.toSpliced(6, 2))).toBe('broken');
    expect(await outcomeOf(lines.slice(0, 4))).toBe('broken');
  });

  it('is refused when anything in it was changed', async () => {
    const text = await signed(3);
    for (const [was, is] of [
      ['"records": 3', '"records": 2'],
      ['attendance-alerts', 'attendance-alarms'],
      ['T12:00', 'T11:00'],
    ] as const) {
      expect(text).toContain(was);
      expect(() => openCheckpoint(text.replace(was, is), publicKey)).toThrow(
        /not signed with this/,
      );
    }
    const other = pemPair('ed25519').publicKey;
    expect(() => openCheckpoint(text, other)).toThrow(CheckpointError);
  });

  it('is refused when it is none, naming the field, or when the key is none', async () => {
    const text = await signed(3);
    expect(() => openCheckpoint('no JSON', publicKey)).toThrow(/not JSON/);
    expect(() => openCheckpoint('{}', publicKey)).toThrow(/no checkpoint of a ledger: type/);
    const late = text.replace('T12:00', 'T25:00');
    expect(() => openCheckpoint(late, publicKey)).toThrow(/: takenAt is not/);
    expect(() => openCheckpoint(text, 'no key')).toThrow(/no key in PEM.*openssl/);
    expect(() => openCheckpoint(text, pemPair('x25519').publicKey)).toThrow(/not of Ed25519/);
  });
});

function pemPair(type: 'ed25519' | 'x25519') {
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
  return type === 'ed25519'
    ? generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding })
    : generateKeyPairSync('x25519', { publicKeyEncoding, privateKeyEncoding });
}
