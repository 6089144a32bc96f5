import type { Principal, Right } from '@vigil/contracts/rights';
import { lacking, rightsRemedy } from '../rights.ts';
import { type Finding, failing, ok, warning } from './finding.ts';

/**
 * Whether the user may do what a service needs, and see what the doctor looks at.
 *
 * @param service - whose rights are asked for, if anybody's.
 * @param lackedByService - which of them the user does not have.
 * @param lackedToLook - which of the doctor's it does not have: what it cannot see it does not judge.
 */
export function rightsFindings(
  service: Principal | undefined,
  lackedByService: readonly Right[],
  lackedToLook: readonly Right[],
): Finding[] {
  const findings: Finding[] = [];
  if (lackedByService.length > 0) {
    const what = `for ${service} this user lacks ${lacking(lackedByService)}`;
    findings.push(failing('VIGIL_RIGHTS', what, rightsRemedy));
  } else if (service !== undefined) {
    findings.push(ok('VIGIL_RIGHTS', `this user may do all that ${service} needs`));
  }
  if (lackedToLook.length > 0) {
    const what = `not everything was looked at: this user lacks ${lacking(lackedToLook)}`;
    const remedy = 'run it as the user of the doctor: "vigil topics rights" lists what that needs';
    findings.push(warning('VIGIL_RIGHTS_TO_LOOK', what, remedy));
  }
  return findings;
}
