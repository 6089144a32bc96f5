import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChainHead, linkOf, origin } from '@vigil/domain/ledger/chain';
import { ledgerLine } from '@vigil/replay/chain/ledger-file';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder = '';

// Each case starts the program, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const lines: string[] = [];
let head: ChainHead = origin;
for (let i = 0; i < 6; i++) {
  const linkable = { partition: 0, key: `INC-${i}`, record: { kind: 'alert', alertId: `a-${i}` } };
  const link = linkOf(head, linkable);
  lines.push(`${ledgerLine({ ...linkable, offset: String(i), link })}\n`);
  head = link;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-ledger-'));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await write('private.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await write('public.pem', publicKey.export({ type: 'spki', format: 'pem' }));
  await write('early.ndjson', lines.slice(0, 4).join(''));
  await write('ledger.ndjson', lines.join(''));
  await write('removed.ndjson', lines.toSpliced(2, 1).join(''));
});
afterAll(() => rm(folder, { recursive: true }));

function write(name: string, content: string | Buffer): Promise<void> {
  return writeFile(join(folder, name), content);
}

/** Runs a command in the folder of the files, with no servers named; words are its arguments. */
function vigil(words: string): Promise<{ stdout: string; stderr: string; status: unknown }> {
  const { KAFKA_BROKERS: _, SCHEMA_REGISTRY_URL: __, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words.split(' ')], { cwd: folder, env }, (error, ...out) =>
      resolve({ stdout: out[0], stderr: out[1], status: error?.code ?? 0 }),
    );
  });
}

describe('vigil ledger', () => {
  it('verifies an export, and ends with 1 when it was tampered with', async () => {
    const whole = await vigil('ledger verify ledger.ndjson');
    expect(whole).toMatchObject({ stderr: '', status: 0 });
    expect(whole.stdout).toContain('6 records in 1 chain: whole\n');
    const broken = await vigil('ledger verify removed.ndjson');
    expect(broken).toMatchObject({ stderr: '', status: 1 });
    expect(broken.stdout).toContain(
      'removed: partition 0, 1 record after offset 1 (line 2), alert a-1 and before offset 3 (line 3), alert a-3: not there\n',
    );
  });

  it('signs where an export ends, and holds a later one to it', async () => {
    expect(
      await vigil('ledger checkpoint early.ndjson --key private.pem --out early.json'),
    ).toMatchObject({ status: 0 });
    const later = 'ledger verify ledger.ndjson --checkpoint early.json --public-key public.pem';
    const held = await vigil(later);
    expect(held).toMatchObject({ stderr: '', status: 0 });
    expect(held.stdout).toContain('held to the checkpoint of early.ndjson taken at 20');
    expect(
      await vigil(
        'ledger checkpoint ledger.ndjson --key private.pem --extends early.json --out ledger.json',
      ),
    ).toMatchObject({ status: 0 });
    const cut = await vigil(
      'ledger verify early.ndjson --checkpoint ledger.json --public-key public.pem',
    );
    expect(cut.status).toBe(1);
    expect(cut.stdout).toContain('cut-short: partition 0, 2 records after offset 3 (line 4)');
  });

  it('signs nothing that is broken, and leaves nothing behind', async () => {
    const { stderr, status } = await vigil(
      'ledger checkpoint removed.ndjson --key private.pem --out broken.json',
    );
    expect(status).toBe(1);
    expect(stderr).toContain('removed: partition 0');
    expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([]);
  });

  it('refuses a checkpoint that was changed after it was signed', async () => {
    await vigil('ledger checkpoint early.ndjson --key private.pem --out signed.json');
    const text = await readFile(join(folder, 'signed.json'), 'utf8');
    await write('changed.json', text.replace('"records": 4', '"records": 3'));
    const { stderr, status } = await vigil(
      'ledger verify ledger.ndjson --checkpoint changed.json --public-key public.pem',
    );
    expect(stderr).toMatch(/^vigil: The checkpoint was not signed with this key, or was changed/);
    expect(status).toBe(2);
  });

  it('says what is missing: the servers, the public key, the file', async () => {
    const servers = await vigil('ledger verify');
    expect(servers.stderr).toContain('KAFKA_BROKERS');
    const key = await vigil('ledger verify ledger.ndjson --checkpoint early.json');
    expect(key.stderr).toContain('--checkpoint and --public-key go together');
    const file = await vigil('ledger verify nowhere.ndjson');
    expect(file.stderr).toContain('nowhere.ndjson: there is no such file');
    expect([servers.status, key.status, file.status]).toEqual([2, 2, 2]);
  });
});
