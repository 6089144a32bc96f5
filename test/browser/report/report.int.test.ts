import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assess } from '@vigil/domain/assessment/assess';
import type { AreaId, Fact, FactId, ForceId, IncidentId, SourceId } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { addIncident } from '@vigil/domain/report/add-incident';
import { reportOf } from '@vigil/domain/report/report';
import { newTally } from '@vigil/domain/report/tally';
import { type Instant, later } from '@vigil/domain/time/instant';
import { generateFacts } from '@vigil/generator/generate';
import { reportPage } from '@vigil/replay/report/html';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { describeWithChromium, openBrowser } from '../chromium.ts';

const policy = parsePolicy(
  `timeZone: Europe/London
childTypes: [child-protection, missing-child]
targets:
  - { name: child-attendance, milestone: attended, grades: [priority], child: involved,
      downgrade: review, within: PT60M, warnAt: 0.75, escalateAfter: [PT1H] }
objectives:
  - { name: priority-within-the-hour, milestone: attended, grades: [priority], within: PT60M,
      target: 0.75, windows: [PT1H], minimumIncidents: 20 }
  - { name: child-seen-within-a-day, milestone: seen, grades: [immediate, priority], child: involved,
      within: P1D, target: 0.9, windows: [P1D], minimumIncidents: 20 }
`,
  'policy.yaml',
);

const from = Date.UTC(2026, 0, 1) as Instant;

/** An incident that waits longest, and has a name as bad as names can be. */
const forgotten: Fact = {
  type: 'incident-created',
  id: 'f0' as FactId,
  source: 'urn:police:example:cad' as SourceId,
  incidentId: `<script>document.title = 'run'</script>${'W'.repeat(80)}` as IncidentId,
  at: from,
  forceId: '<b>force</b> & "others"' as ForceId,
  areaId: 'A'.repeat(128) as AreaId,
  grade: 'priority',
  childInvolvement: 'involved',
};

/** The page of a generated history with that incident in it. */
function page(): string {
  const incidents = new Map<IncidentId, Fact[]>([[forgotten.incidentId, [forgotten]]]);
  let until = from;
  for (const { fact } of generateFacts({ incidents: 2_000, seed: 4, from, days: 40 })) {
    until = later(until, fact.at);
    const known = incidents.get(fact.incidentId);
    if (known === undefined) incidents.set(fact.incidentId, [fact]);
    else known.push(fact);
  }
  const tally = newTally({ cases: 30, seed: '1' });
  for (const facts of incidents.values()) {
    addIncident(tally, facts, assess(facts, policy, until), policy, until);
  }
  return reportPage(reportOf(tally, policy, until, { rejected: 1, heartbeats: 2 }));
}

describeWithChromium('the report in a browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigil-report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, page());
    url = pathToFileURL(file).href;
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  async function opened(width: number, height = 900): Promise<Page> {
    const tab = await browser.newPage({ viewport: { width, height } });
    await tab.goto(url);
    return tab;
  }

  it.each([1280, 390])(
    'has no barrier that axe finds at %i pixels (WCAG 2.2 AA)',
    async (width) => {
      await using tab = await opened(width);
      await tab.evaluate(axe.source);
      const violations = await tab.evaluate(`axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]))`);
      expect(violations).toEqual([]);
    },
  );

  it.each([1280, 390, 320])('does not scroll sideways at %i pixels', async (width) => {
    await using tab = await opened(width);
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  it('fetches nothing and runs no script, whatever an incident is called', async () => {
    await using tab = await browser.newPage();
    const requests: string[] = [];
    tab.on('request', (request) => requests.push(request.url()));
    await tab.goto(url);
    expect(requests).toEqual([url]);
    expect(await tab.title()).toBe('Attendance report');
    await expect(tab.getByText('<script>').first().isVisible()).resolves.toBe(true);
    expect(await tab.locator('script').count()).toBe(0);
  });

  it('has a table beside every chart, and headings without gaps', async () => {
    await using tab = await opened(1280);
    expect(await tab.locator('figure').count()).toBeGreaterThan(8);
    expect(await tab.locator('figure').count()).toBe(await tab.locator('figure + .table').count());
    const levels = z
      .array(z.number())
      .parse(
        await tab.evaluate(
          `[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName.slice(1)))`,
        ),
      );
    for (const [index, level] of levels.entries()) {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    }
  });

  it('prints on A4 without anything cut off at the side', async () => {
    // 180 mm between the margins, at 96 pixels an inch.
    await using tab = await opened(680);
    await tab.emulateMedia({ media: 'print' });
    const cut = await tab.evaluate(`[...document.querySelectorAll('table, svg, h1, h2, h3, p, li')]
      .filter((element) => element.getBoundingClientRect().right > 681).map((e) => e.outerHTML.slice(0, 200))`);
    expect(cut).toEqual([]);
  });
});
