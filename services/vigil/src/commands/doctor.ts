import { type Principal, principals } from '@vigil/contracts/rights';
import { examine } from '@vigil/deployment/doctor/examine';
import type { Finding } from '@vigil/deployment/doctor/finding';
import { loadConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import { type Command, Option } from 'commander';
import { readPolicyFile } from '../policy-file.ts';

/** `vigil doctor`: what is wrong with a deployment, a line each, and how to mend it. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description('looks at everything that Vigil needs, and says what is wrong and how to mend it')
    .option('--json', 'one JSON object a line')
    .addOption(
      new Option('--for <service>', 'also whether the user may do what this service needs').choices(
        principals,
      ),
    )
    .addHelpText('after', '\nIt changes nothing. Exit status 1 when something does not work.')
    .action(async (options: { readonly json?: true; readonly for?: Principal }) => {
      process.exitCode = await doctor(options.json === true, options.for);
    });
}

async function doctor(asJson: boolean, service: Principal | undefined): Promise<number> {
  const configuration = loadConfiguration(process.env);
  const { servers } = configuration;
  if (servers === undefined) {
    process.stderr.write('set KAFKA_BROKERS, REDIS_URL and SCHEMA_REGISTRY_URL\n');
    return 2;
  }
  const policy = await readPolicyFile(configuration.policy);
  // What the clients say while they try is no finding.
  const logger = createLogger({ service: 'doctor', level: 'fatal' });
  const findings = await examine({ configuration, servers, policy, logger, service });
  for (const finding of findings) {
    process.stdout.write(`${asJson ? JSON.stringify(finding) : lineOf(finding)}\n`);
  }
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function lineOf({ severity, code, what, remedy }: Finding): string {
  const mend = remedy === '' ? '' : ` → ${remedy}`;
  return `${severity.padEnd(7)}  ${code.padEnd(24)}  ${what}${mend}`;
}
