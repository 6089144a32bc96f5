import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  /** The labels of each alert that fires now; its name is among them. */
  firing(): Promise<readonly Readonly<Record<string, string>>[]>;
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

const alertAnswer = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});

const rulesFile = new URL('../../infra/prometheus/rules.yaml', import.meta.url);

/** The rules with waits (`for:`) of five seconds and windows of forty seconds, for who cannot wait. */
export async function hastyRules(): Promise<string> {
  return (await readFile(rulesFile, 'utf8'))
    .replaceAll(/for: \d+m/g, 'for: 5s')
    .replaceAll(/\[(\d+m|1h)\]/g, '[40s]')
    .replaceAll(/offset (\d+m|1h)/g, 'offset 40s');
}

/**
 * Starts one that looks at its targets every second, and waits until it answers.
 *
 * @param targets - `host:port` of what is scraped, as job `vigil`.
 * @param rules - the rules it goes by, when they are not those of `infra/prometheus` as they stand.
 */
export async function startLocalPrometheus(
  targets: readonly string[],
  rules?: string,
): Promise<LocalPrometheus> {
  const [port = 0] = await freePorts(1);
  const directory = temporaryDirectory('vigil-prometheus-');
  const config = join(directory, 'prometheus.yml');
  const ruleCopy = join(directory, 'rules.yaml');
  await writeFile(ruleCopy, rules ?? (await readFile(rulesFile)));
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [ruleCopy],
      scrape_configs: [{ job_name: 'vigil', static_configs: [{ targets }] }],
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
    { name: 'prometheus', command: 'prometheus', args, directory, ready, startDeadlineMs: 60_000 },
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
      async firing() {
        return alertAnswer
          .parse(await ask('alerts'))
          .data.alerts.filter(({ state }) => state === 'firing')
          .map(({ labels }) => labels);
      },
    },
  );
}
