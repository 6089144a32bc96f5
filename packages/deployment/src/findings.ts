/** What running services find by themselves of what the doctor would: what changed under them and stops nothing yet. */
import type { Servers } from '@vigil/service-kit/configuration';
import { checkRedis } from '@vigil/working-set/redis/check';
import { Gauge, type Registry } from 'prom-client';
import { examineRegistry } from './doctor/registry.ts';
import { lookAgain } from './look-again.ts';

/** A watch on the servers of a running service. */
export interface FindingsWatch {
  /** Looks again and again until the function that it returns is called. */
  begin(servers: Pick<Servers, 'redis' | 'registry'>, ms?: number): () => void;
}

/**
 * Makes a watch that says by a metric what it found, by the codes of `vigil doctor`. A Redis that does not
 * answer is not among them: that is what keeps a service from being ready.
 */
export function watchFindings(registry: Registry): FindingsWatch {
  const found = { redis: new Set<string>(), registry: new Set<string>() };
  new Gauge({
    name: 'vigil_finding',
    help: '1 for each thing that is wrong with Redis or the registry, by the code of "vigil doctor".',
    labelNames: ['code'],
    registers: [registry],
    collect() {
      this.reset();
      for (const code of [...found.redis, ...found.registry]) this.set({ code }, 1);
    },
  });
  return {
    begin(servers, ms) {
      const ends = [
        lookAgain(async () => {
          const findings = await checkRedis(servers.redis).catch(() => []);
          found.redis = codesOf(findings.filter(({ severity }) => severity !== 'info'));
        }, ms),
        lookAgain(async () => {
          const findings = await examineRegistry(servers.registry);
          found.registry = codesOf(findings.filter(({ severity }) => severity !== 'ok'));
        }, ms),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

function codesOf(findings: readonly { readonly code: string }[]): Set<string> {
  return new Set(findings.map(({ code }) => code));
}
