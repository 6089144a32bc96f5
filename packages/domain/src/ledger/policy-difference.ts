import type { Instant } from '../time/instant.ts';
import type { Alert, AssessedAlert } from './alert.ts';

/** What another policy would have changed about one alert. */
export interface PolicyChange extends Pick<Alert, 'incidentId' | 'target' | 'phase'> {
  readonly forceId: AssessedAlert['forceId'];
  /** When it is raised under the first policy; none when it is gained. */
  readonly before?: Instant;
  /** When it is raised under the second; none when it is lost. */
  readonly after?: Instant;
}

/**
 * The alerts of one incident that two policies do not agree on: gained, lost, or moved to another
 * instant. Of several alerts of one target and phase the first lost is taken to have moved to where the
 * first gained is, and so on.
 */
export function policyChanges(
  before: readonly AssessedAlert[],
  after: readonly AssessedAlert[],
): readonly PolicyChange[] {
  const key = ({ target, phase }: AssessedAlert) => `${target}\n${phase}`;
  const later = Map.groupBy(after, key);
  const earlier = Map.groupBy(before, key);
  return [...new Set([...earlier.keys(), ...later.keys()])].flatMap((name) => {
    const [olds, news] = [earlier.get(name) ?? [], later.get(name) ?? []];
    const lost = olds.filter(({ at }) => !news.some((one) => one.at === at));
    const gained = news.filter(({ at }) => !olds.some((one) => one.at === at));
    return Array.from({ length: Math.max(lost.length, gained.length) }, (_, i) =>
      changeOf(lost[i], gained[i]),
    ).filter((change) => change !== undefined);
  });
}

function changeOf(
  old: AssessedAlert | undefined,
  fresh: AssessedAlert | undefined,
): PolicyChange | undefined {
  const one = fresh ?? old;
  if (one === undefined) return undefined;
  const { incidentId, target, phase, forceId } = one;
  return {
    ...{ incidentId, target, phase, forceId },
    ...(old === undefined ? {} : { before: old.at }),
    ...(fresh === undefined ? {} : { after: fresh.at }),
  };
}
