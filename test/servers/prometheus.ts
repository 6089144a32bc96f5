import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type LocalServer, startLocalServer, temporaryDirectory } from './local-server.ts';
import { freePorts } from './ports.ts';

/** A Prometheus of a test's own, with the rules of `infra/prometheus`. */
export interface LocalPrometheus extends LocalServer {
  readonly url: string;
  /** The value of each series that an expression gives now, by its labels. */
  query(expression: string): Promise<readonly Sample[]>;
  /** What each rule came to when it was last evaluated. */
  rules(): Promise<readonly Rule[]>;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string | undefined;
}

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});
const ruleAnswer = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() }),
        ),
      }),
    ),
  }),
});

/** Starts one that looks at these ports of this machine every second, and waits until it answers. */
export async function startLocalPrometheus(targets: readonly number[]): Promise<LocalPrometheus> {
  const [port = 0] = await freePorts(1);
  const directory = temporaryDirectory('vigil-prometheus-');
  const config = join(directory, 'prometheus.yml');
  const rules = fileURLToPath(new URL('../../infra/prometheus/rules.yaml', import.meta.url));
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rules],
      scrape_configs: [
        {
          job_name: 'vigil',
          static_configs: [{ targets: targets.map((one) => `127.0.0.1:${one}`) }],
        },
      ],
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const ready = async (): Promise<boolean> => (await fetch(`${url}/-/ready`)).ok;
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`${url}/api/v1/${path}`)).json();
  return startLocalServer(
    { name: 'prometheus', command: 'prometheus', args, directory, ready, startDeadlineMs: 30_000 },
    {
      url,
      async query(expression: string) {
        const asked = await ask(`query?query=${encodeURIComponent(expression)}`);
        const { result } = answer.parse(asked).data;
        return result.map(({ metric, value: [, value] }) => ({
          labels: metric,
          value: Number(value),
        }));
      },
      async rules() {
        return ruleAnswer.parse(await ask('rules')).data.groups.flatMap((group) => group.rules);
      },
    },
  );
}
