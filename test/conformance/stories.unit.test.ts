import { readFileSync } from 'node:fs';
import { explain, type Story } from '@vigil/domain/assessment/explain';
import { parseCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { Fact } from '@vigil/domain/facts/fact';
import { parsePolicy } from '@vigil/domain/policy/parse';
import { type Instant, parseInstant } from '@vigil/domain/time/instant';
import { expect, it } from 'vitest';
import { conformanceCases, policyFile } from './cases.ts';

const policy = parsePolicy(readFileSync(policyFile, 'utf8'), 'policy.json');

it('the stories of the worked examples are told as they were when somebody last read them', async () => {
  const stories = conformanceCases.map(({ name, facts, until }) => {
    const incidents = Map.groupBy(facts.map(factOf), ({ incidentId }) => incidentId);
    const told = [...incidents].map(([id, own]) =>
      textOf(id, explain(own, policy, instantOf(until))),
    );
    return `# ${name}\n\n${told.join('\n')}`;
  });
  // After a change: `vitest run --project unit test/conformance/stories -u`, and read what changed.
  await expect(stories.join('\n')).toMatchFileSnapshot('./stories.txt');
});

function textOf(id: string, { lines, standing, notes }: Story): string {
  return [
    id,
    ...lines.flatMap(({ kind, localTime, sinceCall, sentence, details }) => [
      `  ${localTime}, ${sinceCall} (${kind}): ${sentence}`,
      ...details.map((detail) => `      ${detail}`),
    ]),
    ...standing.map((sentence) => `  → ${sentence}`),
    ...notes.map((sentence) => `  ! ${sentence}`),
    '',
  ].join('\n');
}

function factOf(event: unknown): Fact {
  const parsed = parseCloudEvent(event);
  if (parsed.kind !== 'fact') throw new Error(JSON.stringify(parsed));
  return parsed.fact;
}

function instantOf(text: string): Instant {
  const instant = parseInstant(text);
  if (typeof instant === 'object') throw new Error(`${text} ${instant.problem}`);
  return instant;
}
