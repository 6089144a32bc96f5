import { PolicyError } from '@vigil/domain/policy/policy-error';
import type { Command } from 'commander';
import { readPolicyFile } from '../policy-file.ts';

/** `vigil policy check FILE`. */
export function register(program: Command): void {
  const policy = program.command('policy').description('what may wait how long');
  policy
    .command('check')
    .description('says whether a policy is valid; exit status 1 and every problem when it is not')
    .argument('<file>', 'YAML or JSON; - reads standard input')
    .action(async (file: string) => {
      process.exitCode = await check(file);
    });
}

async function check(file: string): Promise<number> {
  try {
    const { policyVersion, targets, objectives } = await readPolicyFile(file);
    const has = `${counted(targets.length, 'target')}, ${counted(objectives.length, 'objective')}`;
    process.stdout.write(`${file}: valid; policy ${policyVersion} with ${has}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    process.stdout.write(`${error.message}\n`);
    return 1;
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
