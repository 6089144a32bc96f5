import type { Policy } from '@vigil/domain/policy/policy';
import type { Instant } from '@vigil/domain/time/instant';
import { limits } from '@vigil/engine/ports';
import { notes, shardWatermark, slowestTopic } from '@vigil/engine/watermark';
import type { ShardState } from '@vigil/working-set/port';
import { type Finding, failing, ok, warning } from './finding.ts';

/** A partition as the services left it in the working set. */
export interface ShardSeen {
  readonly partition: number;
  readonly state: ShardState;
  readonly sizes: { readonly incidents: number; readonly due: number; readonly outbox: number };
}

/** A watermark that is so far behind means that alerts come late, in milliseconds. */
const behindMs = 30_000;
/** An outbox so full is not being published. */
const outboxFull = 1_000;

/**
 * Whether every partition has services that read it, watch over it and publish what it has to say.
 *
 * @param now - the wall clock.
 */
export function shardFindings(
  shards: readonly ShardSeen[],
  policy: Policy,
  now: Instant,
): Finding[] {
  const findings = shards.flatMap((shard) => findingsOf(shard, policy, now));
  if (findings.length > 0) return grouped(findings);
  const incidents = shards.reduce((sum, { sizes }) => sum + sizes.incidents, 0);
  const what = `${shards.length} partitions are read and watched over; they hold ${incidents} incidents`;
  return [ok('VIGIL_SHARDS', what)];
}

type Found = Finding & { readonly partition: number };

function findingsOf({ partition, state, sizes }: ShardSeen, policy: Policy, now: Instant): Found[] {
  const found: Found[] = [];
  const add = (finding: Finding): void => void found.push({ ...finding, partition });
  if (state.mode === undefined) {
    const what = 'no breach-detector has ever prepared it, or Redis forgot it';
    add(failing('VIGIL_SHARD_UNPREPARED', what, 'see that breach-detector runs, and its log'));
    return found;
  }
  const lastTick = Number(state.notes.get(notes.lastTick) ?? 0);
  if (now - lastTick > limits.outageMs + limits.housekeepingMs) {
    const what = `no breach-detector watches over it since ${new Date(lastTick).toISOString()}`;
    add(failing('VIGIL_SHARD_UNWATCHED', what, 'see that breach-detector runs, and its log'));
  }
  if (state.mode === 'rebuilding') {
    const what = 'it is being rebuilt from the log; nothing is raised meanwhile';
    add(warning('VIGIL_SHARD_REBUILDING', what, 'wait; "vigil doctor" again says how it goes'));
  } else {
    const watermark = shardWatermark(state, policy);
    const { topic } = slowestTopic(state);
    if (watermark === undefined || now - watermark > behindMs) {
      const since = watermark === undefined ? 'never' : new Date(watermark).toISOString();
      const what = `${topic} is read up to ${since}: alerts come late or are provisional`;
      const remedy = `see that ${serviceOf(topic)} runs, and its log`;
      add(failing('VIGIL_WATERMARK_BEHIND', what, remedy));
    }
  }
  if (sizes.outbox > outboxFull) {
    const what = `${sizes.outbox} alerts wait to be published`;
    const remedy = 'see the log of breach-detector: the brokers may refuse its transactions';
    add(failing('VIGIL_OUTBOX_FULL', what, remedy));
  }
  const version = state.notes.get(notes.policyVersion);
  if (version !== policy.policyVersion) {
    const what = `it is decided under policy ${version}, the one given here is ${policy.policyVersion}`;
    const remedy = 'roll the same policy out to every service, or give "vigil doctor" theirs';
    add(warning('VIGIL_POLICY_DIFFERS', what, remedy));
  }
  return found;
}

const serviceOf = (topic: string): string =>
  topic === 'officer-attended' ? 'attendance-consumer' : 'incident-consumer';

/** One line for what several partitions share. */
function grouped(found: readonly Found[]): Finding[] {
  return [...Map.groupBy(found, ({ code, remedy }) => `${code} ${remedy}`).values()].flatMap(
    (alike) => {
      const [first] = alike;
      if (first === undefined) return [];
      const { severity, code, remedy } = first;
      const partitions = alike.map(({ partition }) => partition).join(', ');
      const what = `partition ${partitions}: ${first.what}`;
      return [{ severity, code, what, remedy }];
    },
  );
}
