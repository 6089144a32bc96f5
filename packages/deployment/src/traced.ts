/** The engine's steps as spans: what carries a trace on is opaque there, and facts are so here. */
import type { Tracing } from '@vigil/engine/tracing';
import { carriedBy, type Tracer } from '@vigil/service-kit/tracing';

/** Traces what an engine does. */
export function traceThrough(tracer: Tracer): Tracing {
  return {
    received: ({ topic, partition, offset, headers }, fact) =>
      tracer.begin({
        operation: 'process',
        from: [carriedBy(headers)],
        attributes: { topic, partition, offset, incidentId: fact?.incidentId, fact: fact?.type },
      }),
    decided: (about, from) => tracer.begin({ operation: 'decide', from, attributes: about }),
    committing: (partition, from) =>
      tracer.begin({ operation: 'commit', from, attributes: { partition, batch: from.length } }),
    publishing: (topic, partition, about, batch, from) =>
      tracer.begin({
        operation: 'publish',
        from: [from],
        attributes: { topic, partition, batch, ...about },
      }),
  };
}
