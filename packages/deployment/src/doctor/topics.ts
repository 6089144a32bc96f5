import type { TopicNames, TopicWanted } from '@vigil/contracts/topics';
import { differencesOf, type TopicPlan } from '@vigil/event-log/kafka/topics';
import { type Finding, failing, ok, warning } from './finding.ts';

/**
 * Whether the topics are there, fit together, and are as planned.
 *
 * @param found - as the brokers have them; `undefined` for one that is missing.
 */
export function topicFindings(
  plan: readonly TopicWanted[],
  found: ReadonlyMap<string, TopicPlan | undefined>,
  { input, alerts, openBreaches, actions }: TopicNames,
): Finding[] {
  const findings: Finding[] = [];
  const apply = 'run "vigil topics apply"';
  for (const wanted of plan) {
    const topic = found.get(wanted.name);
    if (topic === undefined) {
      findings.push(failing('VIGIL_TOPIC_MISSING', `there is no topic ${wanted.name}`, apply));
      continue;
    }
    for (const { text } of differencesOf(wanted, topic)) {
      findings.push(warning('VIGIL_TOPIC_DIFFERS', `${wanted.name}: ${text}`, apply));
    }
  }
  const together = [...Object.values(input), alerts, openBreaches, actions];
  const counts = together.flatMap((name) => {
    const partitions = found.get(name)?.partitions;
    return partitions === undefined ? [] : [{ name, partitions }];
  });
  if (new Set(counts.map(({ partitions }) => partitions)).size > 1) {
    const text = counts.map(({ name, partitions }) => `${name} ${partitions}`).join(', ');
    const what = `the topics have different numbers of partitions: ${text}`;
    const remedy = 'see "Change the number of partitions" in the runbook; services refuse to start';
    findings.push(failing('VIGIL_PARTITIONS_DIFFER', what, remedy));
  }
  if (findings.length > 0) return findings;
  return plan.length === 0 ? [] : [ok('VIGIL_TOPICS', `${plan.length} topics are as planned`)];
}
