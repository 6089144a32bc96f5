/** What an operator types, carried out and written down: commands as typed, and what they printed. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { entryPoint } from '../deployment/entry-point.ts';
import { type Service, started, startService, vigil } from '../integration/vigil-process.ts';
import { until } from '../servers/until.ts';

const build = fileURLToPath(new URL('../../infra/image/build.ts', import.meta.url));
const run = promisify(execFile);

export type Environment = Readonly<Record<string, string>>;

/** Which lines of an output are written down. */
type Lines = (line: string) => boolean;

export interface Operator {
  /** Where the operator's files are; commands are shown without it. */
  readonly folder: string;
  heading(text: string): void;
  /** Runs `vigil` to its end and writes down the lines of its output that are asked for. */
  vigil(args: readonly string[], environment: Environment, lines?: Lines): Promise<number>;
  /** The same, again and again until all is well; only the last run is written down. */
  untilWell(args: readonly string[], environment: Environment, lines?: Lines): Promise<void>;
  /** Anything else, in a shell. */
  sh(line: string): Promise<void>;
  /** Starts a service and waits until it has joined its groups. */
  start(name: string, environment: Environment): Promise<Service>;
  /** Starts `vigil topics mirror` and waits until it is level. */
  mirror(from: string, environment: Environment): Promise<{ stop(): Promise<void> }>;
  stop(name: string, service: Service): Promise<void>;
  /** What is done by hand, or by somebody else. */
  note(text: string): void;
  leave(): Promise<void>;
}

/** An operator whose `vigil` is that of the image. */
export async function hireOperator(): Promise<Operator> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-operator-'));
  const image = join(folder, 'image');
  await run(process.execPath, [build, image]);
  const program = await entryPoint(image);
  const write = (text: string): void => {
    process.stdout.write(`${text.replaceAll(`${folder}/`, '')}\n`);
  };
  const typed = (...words: readonly string[]): void => {
    write(`    $ ${words.join(' ')}`);
  };
  const printed = (text: string, lines: Lines = () => true): void => {
    for (const line of text.split('\n').filter((one) => one !== '' && lines(one))) {
      write(`    ${line}`);
    }
  };
  return {
    folder,
    heading: (text) => write(`\n### ${text}\n`),
    async vigil(args, environment, lines) {
      typed('vigil', ...args);
      const { status, stdout, stderr } = await vigil(args, environment, program);
      printed(stdout + stderr, lines);
      if (status !== 0) write(`    (status ${status})`);
      return status;
    },
    async untilWell(args, environment, lines) {
      const begun = performance.now();
      const ended = await until(
        async () => {
          const one = await vigil(args, environment, program);
          if (one.status === 0) return one;
          throw new Error(`${args.join(' ')}: ${one.stdout}${one.stderr}`);
        },
        { what: `vigil ${args[0]} to end well`, deadlineMs: 300_000, pollMs: 1_000 },
      );
      typed('vigil', ...args);
      printed(ended.stdout + ended.stderr, lines);
      write(`    (so after ${Math.ceil((performance.now() - begun) / 1_000)} s)`);
    },
    async sh(line) {
      typed(line);
      const { stdout, stderr } = await run('sh', ['-c', line], { cwd: folder });
      printed(stdout + stderr);
    },
    async start(name, environment) {
      typed('vigil', 'run', name, '&');
      const service = startService(name, environment, program);
      await started(service);
      return service;
    },
    async mirror(from, environment) {
      typed('vigil', 'topics', 'mirror', '--from', from, '&');
      const child = spawn(process.execPath, [...program, 'topics', 'mirror', '--from', from], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let out = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        out += text;
      });
      await until(() => out.includes('level'), { what: 'the mirror', deadlineMs: 120_000 });
      printed(out);
      return {
        async stop() {
          typed('kill', '-TERM', '%mirror');
          const { promise, resolve } = Promise.withResolvers<void>();
          child.once('close', () => resolve());
          child.kill('SIGTERM');
          await promise;
          printed(out.slice(out.indexOf('\n') + 1));
        },
      };
    },
    async stop(name, service) {
      typed('kill', '-TERM', `%${name}`);
      const status = await service.stop();
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${service.stderr()}`);
    },
    note: (text) => write(`    # ${text}`),
    leave: () => rm(folder, { recursive: true, force: true }),
  };
}
