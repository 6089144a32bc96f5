/** What the user of a service may do on the brokers, beside what it must. */
import type { Right } from '@vigil/contracts/rights';
import type { KafkaLog } from '@vigil/event-log/kafka/log';
import type { Check } from '@vigil/service-kit/health';
import { lookAgain } from './look-again.ts';

/** The user of a service may not do all that the service does; the message names each right. */
export class RightsMissing extends Error {
  override readonly name = 'RightsMissing';
  readonly code = 'VIGIL_RIGHTS';
}

/** How to mend it, for a person. */
export const rightsRemedy = 'give what "vigil topics rights" lists';

/** What is lacking in words: `Read on group vigil-delivery-…; Write on topic open-breaches`. */
export function lacking(missing: readonly Right[]): string {
  return missing
    .map(({ resource, name, pattern, operations }) => {
      const all = pattern === 'prefixed' ? '…' : '';
      return `${operations.join(' and ')} on ${resource} ${name}${all}`;
    })
    .join('; ');
}

/** @throws RightsMissing naming every right that is lacking; the error of brokers that do not answer. */
export async function checkRights(
  log: Pick<KafkaLog, 'missingRights'>,
  rights: readonly Right[],
): Promise<void> {
  const missing = await log.missingRights(rights);
  if (missing.length === 0) return;
  throw new RightsMissing(`its user lacks ${lacking(missing)}: ${rightsRemedy}`);
}

/** A watch on the rights of a running service. */
export interface RightsWatch {
  readonly check: Check;
  /** Looks again and again until the function that it returns is called. */
  begin(log: Pick<KafkaLog, 'missingRights'>, rights: readonly Right[], ms?: number): () => void;
}

/**
 * Makes a watch. A right that is taken away need not stop anything for a long time: that of writing dead
 * letters is missed with the first one. Brokers that do not answer say nothing about rights.
 */
export function watchRights(): RightsWatch {
  let reason: string | undefined;
  return {
    check: () => reason,
    begin: (log, rights, ms) =>
      lookAgain(async () => {
        try {
          await checkRights(log, rights);
          reason = undefined;
        } catch (error) {
          if (error instanceof RightsMissing) reason = error.message;
        }
      }, ms),
  };
}
