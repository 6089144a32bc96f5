import { join, resolve } from 'node:path';
import {
  type Deciding,
  deciding,
  type Service,
  startService,
} from '../integration/vigil-process.ts';
import { freePorts } from '../servers/ports.ts';
import { until } from '../servers/until.ts';

export interface ServicesOptions {
  /** Of each service; one if not said. */
  readonly instances?: number;
  readonly batchRecords?: number;
  /** A folder for what Node's sampling profiler saw of each process, written when it ends. */
  readonly profiles?: string;
  /** The folder of the image, to run its program instead of the sources. */
  readonly image?: string;
}

/** The processes of a deployment that runs. */
export interface Services {
  /** Waits until every process has joined its groups. */
  joined(): Promise<void>;
  /** Seconds of CPU that the processes of each service have used, user and system. */
  cpuSeconds(): Promise<Readonly<Record<Deciding, number>>>;
  /** Whether a process has ended by itself. */
  failed(): boolean;
  /** @throws what the process that failed has logged. */
  check(): void;
  stop(): Promise<void>;
}

interface Instance {
  readonly stage: Deciding;
  readonly health: string;
  readonly service: Service;
}

/** Starts the processes; they answer for their health and metrics on ports of their own. */
export async function startServices(
  environment: Readonly<Record<string, string>>,
  { instances = 1, batchRecords = 500, profiles, image }: ServicesOptions = {},
): Promise<Services> {
  const stages = Array.from({ length: instances }, () => deciding).flat();
  const ports = await freePorts(stages.length);
  const running = stages.map((stage, index): Instance => {
    const port = ports[index] ?? 0;
    const service = startService(
      stage,
      {
        ...environment,
        VIGIL_HTTP_PORT: String(port),
        VIGIL_BATCH_RECORDS: String(batchRecords),
        ...(profiles === undefined ? {} : { NODE_OPTIONS: profiling(profiles, stage, index) }),
      },
      image === undefined ? undefined : [join(image, 'dist/main.mjs')],
    );
    return { stage, health: `http://127.0.0.1:${port}`, service };
  });
  const ended = (): Instance | undefined =>
    running.find(({ service }) => service.process.exitCode !== null);
  const check = (): void => {
    const one = ended();
    if (one !== undefined) throw new Error(`${one.stage} ended: ${one.service.stderr()}`);
  };
  return {
    async joined() {
      const joined = async ({ health }: Instance): Promise<boolean> => {
        const answer = await fetch(`${health}/ready`, { signal: AbortSignal.timeout(2_000) });
        return !('started' in JSON.parse(await answer.text()).reasons);
      };
      await until(
        async () =>
          ended() !== undefined || (await Promise.all(running.map(joined))).every(Boolean),
        { what: 'every service to join its groups', deadlineMs: 180_000 },
      );
      check();
    },
    async cpuSeconds() {
      const sums = { 'incident-consumer': 0, 'attendance-consumer': 0, 'breach-detector': 0 };
      for (const { stage, health } of running) sums[stage] += await cpuOf(health);
      return sums;
    },
    failed: () => ended() !== undefined,
    check,
    async stop() {
      await Promise.all(running.map(({ service }) => service.stop()));
    },
  };
}

function profiling(folder: string, stage: Deciding, index: number): string {
  return `--cpu-prof --cpu-prof-dir=${resolve(folder)} --cpu-prof-name=${stage}-${index}.cpuprofile`;
}

async function cpuOf(health: string): Promise<number> {
  const text = await (await fetch(`${health}/metrics`)).text();
  const found = /^process_cpu_seconds_total\{[^}]*\} ([\d.e+-]+)/m.exec(text)?.[1];
  if (found === undefined) throw new Error(`${health} does not say how much CPU it used`);
  return Number(found);
}
