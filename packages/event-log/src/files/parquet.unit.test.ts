import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FactsFileError } from './facts-file-error.ts';
import { type ReadLine, readFacts } from './read-facts.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigil-parquet-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function parquetOf(query: string): Promise<string> {
  const path = join(folder, "o'brien.parquet");
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

async function read(path: string): Promise<readonly ReadLine[]> {
  const lines: ReadLine[] = [];
  for await (const line of readFacts([path])) lines.push(line);
  return lines;
}

const events = [
  {
    specversion: '1.0',
    id: 'f1',
    source: 'urn:police:example:cad',
    type: 'incident-created',
    subject: 'INC-é',
    time: '2026-03-02T09:00:01.250Z',
    data: {
      incidentId: 'INC-é',
      createdAt: '2026-03-02T09:00:00.007Z',
      forceId: 'example',
      grade: 'priority',
      childMarkers: ['child-protection-plan'],
      youngestAge: 9,
    },
  },
  {
    specversion: '1.0',
    id: 'f2',
    source: 'urn:police:example:cad',
    type: 'officer-attended',
    subject: 'INC-é',
    data: {
      incidentId: 'INC-é',
      attendedAt: '2026-03-02T09:10:00Z',
      unitId: 'U1',
      childSeen: true,
    },
  },
  {
    specversion: '1.0',
    id: 'h1',
    source: 'urn:police:example:cad',
    type: 'feed-heartbeat',
    data: { source: 'urn:police:example:cad', at: '2026-03-02T09:11:00Z' },
  },
];

describe('facts in Parquet', () => {
  it('say what the NDJSON said that they were made of', async () => {
    const ndjson = join(folder, 'facts.ndjson');
    await writeFile(ndjson, events.map((event) => JSON.stringify(event)).join('\n'));
    const path = await parquetOf(
      `SELECT * FROM read_json('${ndjson}', format='newline_delimited')`,
    );
    const said = (lines: readonly ReadLine[]) => lines.map((line) => ({ ...line, file: '' }));
    expect(said(await read(path))).toEqual(said(await read(ndjson)));
  });

  it('may have instants with a zone, and rows that are no facts, which are named', async () => {
    const path = await parquetOf(`SELECT 'f1' id, 's' AS source, 'incident-reopened' AS type,
      subject, {incidentId: 'INC-1', reopenedAt: TIMESTAMPTZ '2026-03-02 10:00:00+01:00'} AS data
      FROM (VALUES ('INC-1'), ('INC-2')) AS rows(subject)`);
    const [first, second] = await read(path);
    expect(first).toMatchObject({ kind: 'fact', fact: { at: Date.UTC(2026, 2, 2, 9) } });
    expect(second).toMatchObject({
      kind: 'rejected',
      line: 2,
      problems: [{ path: 'subject', message: 'must be the same as data.incidentId' }],
    });
  });

  it.each(["'x'", 'NULL'])(
    'may have rows of no known type, which keep all they say: %s',
    async (type) => {
      const path = await parquetOf(`SELECT 'f1' id, 's' AS source, ${type} AS type,
      'INC-1' AS subject, {incidentId: 'INC-1', unitId: 'U1', grade: 'priority'} AS data`);
      const [row] = await read(path);
      expect(row).toMatchObject({ kind: 'rejected', line: 1, problems: [{ path: 'type' }] });
      expect(row).toMatchObject({
        original: expect.stringContaining('"unitId":"U1","grade":"priority"'),
      });
    },
  );

  it.each([
    ["SELECT 'f1' id, 's' AS source, 'x' AS type", 'has no column data'],
    [
      "SELECT 'f1' id, 's' AS source, 'x' AS type, '{}' AS data",
      'has a column data that is no struct',
    ],
  ])('are refused with other columns: %s', async (query, what) => {
    const error = await read(await parquetOf(query)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FactsFileError);
    expect(error).toMatchObject({ code: 'not-facts', message: expect.stringContaining(what) });
  });
});
