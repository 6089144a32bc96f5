import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assess } from '@vigil/domain/assessment/assess';
import type { AreaId, Fact, FactId, ForceId, IncidentId, SourceId } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { addIncident } from '@vigil/domain/report/add-incident';
import { type Report, reportOf } from '@vigil/domain/report/report';
import { newTally } from '@vigil/domain/report/tally';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutputFolder } from '../output-folder.ts';
import { reportPage } from './html.ts';
import { writeReport } from './write-report.ts';

const policy = parsePolicy(
  `objectives:
  - { name: within-the-hour, milestone: attended, grades: [priority], within: PT60M,
      target: 0.75, windows: [PT1H], minimumIncidents: 1 }
`,
  'policy.yaml',
);
const nine = Date.UTC(2026, 2, 2, 9) as Instant;

function created(incidentId: string, areaId: string): Fact {
  return {
    type: 'incident-created',
    id: `f-${incidentId}` as FactId,
    source: 'urn:police:example:cad' as SourceId,
    incidentId: incidentId as IncidentId,
    at: nine,
    forceId: 'example' as ForceId,
    areaId: areaId as AreaId,
    grade: 'priority',
  };
}

function report(facts: readonly Fact[]): Report {
  const until = plus(nine, 7_200_000);
  const tally = newTally({ cases: 1, seed: '1' });
  for (const fact of facts) {
    addIncident(tally, [fact], assess([fact], policy, until), policy, until);
  }
  return reportOf(tally, policy, until, { rejected: 0, heartbeats: 0 });
}

describe('the report of a replay', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-report-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function written(made: Report): Promise<(name: string) => Promise<string>> {
    await using output = await openOutputFolder(folder);
    await writeReport(output, made);
    await output.complete();
    return (name) => readFile(join(folder, name), 'utf8');
  }

  it('is a page, the same as data, and tables that add up to all incidents', async () => {
    const made = report([created('A', 'north'), created('B', 'north'), created('C', 'south')]);
    const file = await written(made);
    expect((await readdir(folder)).sort()).toEqual([
      'report-times.csv',
      'report.csv',
      'report.html',
      'report.json',
    ]);
    expect(JSON.parse(await file('report.json'))).toEqual(JSON.parse(JSON.stringify(made)));
    const rows = parse(await file('report.csv'), { columns: true });
    expect(rows).toMatchObject([
      { objective: 'within-the-hour', areaId: 'north', month: '2026-03', missed: '2', within: '0' },
      { objective: 'within-the-hour', areaId: 'south', month: '2026-03', missed: '1' },
    ]);
    const [first] = parse(await file('report-times.csv'), { columns: true });
    expect(first).toMatchObject({ objective: 'within-the-hour', child: 'any', ms: '0' });
  });

  it('gives a spreadsheet no formula to run', async () => {
    const file = await written(report([created('A', '=HYPERLINK("x"), and more')]));
    expect(await file('report.csv')).toContain(`"'=HYPERLINK(""x""), and more"`);
  });

  it('writes what facts say as text, never as markup', () => {
    const page = reportPage(report([created('<img src=x>', '"><script>alert(1)</script>')]));
    expect(page).not.toMatch(/<img|<script/);
    expect(page).toContain('&#60;img src=x&#62;');
  });

  it('says so when there is nothing to report', () => {
    const page = reportPage(report([]));
    expect(page).toContain('No call was read.');
    expect(page).toContain('Nothing was due');
  });
});
