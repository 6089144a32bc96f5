/** Who is told of what, besides the subscribers of the topics: one YAML of receivers and routes. */
import { severities } from '@vigil/domain/ledger/alert';
import { type Keys, readPlainYaml } from '@vigil/domain/policy/yaml';
import { z } from 'zod';

const name = z.string().min(1).max(128);
/** Tokens and signed bodies go over this line: it is encrypted, or stays on this machine. */
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).refine(
  (text) => {
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  },
  { error: 'must be https, but for this machine' },
);
/** Secrets stand in files or in the environment, never here. Several while one is being replaced. */
const secret = z.union([
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ env: z.string().min(1) }),
]);
const receiver = z.discriminatedUnion('kind', [
  z.strictObject({ name, kind: z.literal('alertmanager'), url }),
  z.strictObject({
    ...{ name, kind: z.literal('pagerduty'), routingKey: secret },
    url: url.default('https://events.pagerduty.com/v2/enqueue'),
  }),
  z.strictObject({ name, kind: z.literal('webhook'), url, secrets: z.array(secret).min(1) }),
]);
const phase = z.string().regex(/^(warning|breach|escalation-[1-9]\d?|cleared)$/, {
  error: 'must be warning, breach, escalation-N or cleared',
});
const route = z.strictObject({
  receiver: name,
  forces: z.array(name).optional(),
  areas: z.array(name).optional(),
  targets: z.array(name).optional(),
  phases: z.array(phase).optional(),
  severities: z.array(z.enum(severities)).optional(),
});
const document = z.strictObject({
  receivers: z.array(receiver).min(1),
  routes: z.array(route).min(1),
  /** More alerts than this at once, or old ones, are one summary; a child's breach is never in it. */
  summaryOver: z.int().min(1).max(1_000).default(20),
});

export type Deliveries = z.infer<typeof document>;
export type Receiver = Deliveries['receivers'][number];
export type Route = Deliveries['routes'][number];
export type Secret = z.infer<typeof secret>;

/** The file of deliveries cannot be used; its message has everything that is wrong, a line each. */
export class DeliveriesError extends Error {
  override readonly name = 'DeliveriesError';
  readonly code = 'VIGIL_DELIVERIES';
}

/**
 * Reads deliveries from YAML.
 *
 * @param file - what messages call it.
 * @throws DeliveriesError with every problem, each with its line and field; PolicyError when it is no YAML.
 */
export function parseDeliveries(text: string, file: string): Deliveries {
  const { value, lineOf } = readPlainYaml(text, file);
  const parsed = document.safeParse(value);
  const problems = parsed.success
    ? betweenEntries(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ keys: path, message }));
  if (parsed.success && problems.length === 0) return parsed.data;
  const lines = problems
    .map(({ keys, message }) => ({ line: lineOf(keys), path: pathOf(keys), message }))
    .sort((a, b) => a.line - b.line)
    .map(({ line, path, message }) => `${file}:${line}: ${path} ${message}`);
  throw new DeliveriesError(lines.join('\n'));
}

function betweenEntries({ receivers, routes }: Deliveries): { keys: Keys; message: string }[] {
  const names = receivers.map((one) => one.name);
  return [
    ...names.flatMap((one, index) =>
      names.indexOf(one) === index
        ? []
        : [{ keys: ['receivers', index, 'name'], message: 'is the name of another receiver' }],
    ),
    ...routes.flatMap((one, index) =>
      names.includes(one.receiver)
        ? []
        : [{ keys: ['routes', index, 'receiver'], message: 'is not the name of a receiver' }],
    ),
    ...names.flatMap((one, index) =>
      routes.some((to) => to.receiver === one)
        ? []
        : [{ keys: ['receivers', index, 'name'], message: 'has no route: nothing would reach it' }],
    ),
  ];
}

function pathOf(keys: Keys): string {
  return keys.reduce<string>((path, one) => {
    if (typeof one === 'number') return `${path}[${one}]`;
    return path === '' ? String(one) : `${path}.${String(one)}`;
  }, '');
}
