import type { LedgerRecord, OpenBreach } from '@vigil/domain/ledger/alert';
import type { Route } from './deliveries.ts';

/** What routes look at; what a record does not say no route can ask of it. */
interface Routed {
  readonly forceId?: string;
  readonly areaId?: string;
  readonly target?: string;
  readonly phase?: string;
  readonly severity?: string;
}

/** Whether one of a receiver's routes leads a record to it. */
export function isMeantFor(routes: readonly Route[], record: LedgerRecord | OpenBreach): boolean {
  return routes.some((route) => leads(route, routedOf(record)));
}

/**
 * An end, a retraction and a confirmation go wherever their alert may have gone: they say less than it,
 * and who was called out must hear that it is over.
 */
function routedOf(record: LedgerRecord | OpenBreach): Routed {
  if (!('kind' in record)) return record;
  switch (record.kind) {
    case 'alert': {
      const { forceId, target, areaId = '', phase, severity } = record;
      return phase === 'cleared'
        ? { forceId, target }
        : { forceId, target, areaId, phase, severity };
    }
    case 'retraction':
    case 'confirmation':
      return { forceId: record.forceId, target: record.target };
    case 'objective-alert':
      return { forceId: record.forceId, target: '', areaId: '', phase: '', severity: '' };
    case 'feed-alert':
      return { forceId: '', target: '', areaId: '', phase: '', severity: '' };
  }
}

function leads(route: Route, { forceId, areaId, target, phase, severity }: Routed): boolean {
  const pairs: readonly (readonly [readonly string[] | undefined, string | undefined])[] = [
    [route.forces, forceId],
    [route.areas, areaId],
    [route.targets, target],
    [route.phases, phase],
    [route.severities, severity],
  ];
  return pairs.every(
    ([wanted, has]) => wanted === undefined || has === undefined || wanted.includes(has),
  );
}
