import type { Observation } from '@vigil/engine/ports';
import { Fenced } from '@vigil/event-log/port';
import type { Check } from '@vigil/service-kit/health';
import { CommitUnknown } from '@vigil/working-set/port';
import { WorkingSetRefused, WorkingSetUnavailable } from '@vigil/working-set/redis/errors';
import { Histogram, type Registry } from 'prom-client';
import { type FindingsWatch, watchFindings } from './findings.ts';
import { watchProgress } from './progress.ts';
import { type RightsWatch, watchRights } from './rights.ts';
import { type ServerWatch, watchServer } from './server-watch.ts';

/** What `/live` and `/ready` of a service are answered from. */
export interface VitalSigns {
  readonly kafka: ServerWatch;
  readonly redis: ServerWatch;
  readonly rights: RightsWatch;
  readonly findings: FindingsWatch;
  observe(observation: Observation): void;
  /** The partitions that this process watches over. */
  owned(): Iterable<number>;
  /** By what is checked; each names what is wrong, and for how long. */
  readonly ready: Readonly<Record<'kafka' | 'redis' | 'rights' | 'partitions', Check>>;
  readonly live: Readonly<Record<'partitions', Check>>;
}

const buckets = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Watches over a service's servers and partitions, and measures its calls. */
export function watchVitalSigns(
  registry: Registry,
  elapsed: () => number = () => performance.now(),
): VitalSigns {
  const seconds = (server: string, called: string): Histogram<'call'> =>
    new Histogram({
      name: `vigil_${server}_call_seconds`,
      help: `How long calls to ${called} took, failed ones included.`,
      labelNames: ['call'],
      buckets,
      registers: [registry],
    });
  const kafka = watchServer({
    elapsed,
    isAnswer: (error) => error instanceof Fenced,
    seconds: seconds('kafka', 'Kafka'),
  });
  const redis = watchServer({
    elapsed,
    isAnswer: (error) => !isAbsence(error),
    seconds: seconds('redis', 'Redis'),
  });
  const rights = watchRights();
  const progress = watchProgress(elapsed);
  return {
    kafka,
    redis,
    rights,
    findings: watchFindings(registry),
    observe: (observation) => progress.observe(observation),
    owned: progress.owned,
    ready: {
      ...{ kafka: kafka.check, redis: redis.check },
      ...{ rights: rights.check, partitions: progress.check },
    },
    live: {
      // While a server is away another start would help nobody, and lose what is in hand.
      partitions: () =>
        kafka.check() === undefined && redis.check() === undefined ? progress.stuck() : undefined,
    },
  };
}

function isAbsence(error: unknown): boolean {
  return (
    error instanceof WorkingSetUnavailable ||
    error instanceof WorkingSetRefused ||
    error instanceof CommitUnknown
  );
}
