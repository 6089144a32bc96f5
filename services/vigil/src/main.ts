import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { failureText, untilClosed } from './failure.ts';

// Half of the time until a service runs is compiling; where this cannot be written it is compiled each time.
enableCompileCache(fileURLToPath(new URL('../../../.cache/compiled', import.meta.url)));

/** A command is loaded only when it is asked for: checking a policy needs no Kafka client. */
const commands = {
  up: ['all services in one process', () => import('./commands/up.ts')],
  run: ['one service as deployed', () => import('./commands/run.ts')],
  replay: ['what should have been said', () => import('./commands/replay.ts')],
  audit: ['what was said against what should have been', () => import('./commands/audit.ts')],
  explain: ['the story of one incident', () => import('./commands/explain.ts')],
  import: ['a dispatch export to facts', () => import('./commands/import.ts')],
  generate: ['a synthetic history', () => import('./commands/generate.ts')],
  'dead-letters': [
    'what could not be taken in: list, show, retry',
    () => import('./commands/dead-letters.ts'),
  ],
  ledger: ['what was published: export, checkpoint, verify', () => import('./commands/ledger.ts')],
  policy: ['checks a policy; what another would change', () => import('./commands/policy.ts')],
  bench: ['measures, beside others', () => import('./commands/bench.ts')],
  doctor: ['what is wrong, and how to mend it', () => import('./commands/doctor.ts')],
  topics: ['topics and schemas: plan, apply, check', () => import('./commands/topics.ts')],
} as const satisfies Record<
  string,
  readonly [string, () => Promise<{ register(program: Command): void }>]
>;

const program = new Command('vigil')
  .description(
    'Watches police incident queues and says when an incident with a child in it waits too long.',
  )
  .showHelpAfterError('(--help says more)')
  .exitOverride((error) => {
    // 2: wrong usage; help that was asked for is no error.
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

const asked = process.argv[2];
if (asked !== undefined && Object.hasOwn(commands, asked)) {
  const [, load] = commands[asked as keyof typeof commands];
  (await load()).register(program);
} else {
  for (const [name, [summary]] of Object.entries(commands)) program.command(name).summary(summary);
}

untilClosed(process.stdout);
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 2;
}
