/** One thing that is wrong with a policy. */
export interface PolicyProblem {
  /** Such as `targets[2].within`; empty when it is the whole that is wrong. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** A policy that cannot be used, with everything that is wrong with it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  /** In order of line. */
  readonly problems: readonly PolicyProblem[];

  /** @param policyName - what people call the policy, usually the name of its file. */
  constructor(policyName: string, problems: readonly PolicyProblem[]) {
    const inOrder = problems.toSorted((a, b) => a.line - b.line);
    const lines = inOrder.map(
      ({ path, line, message }) =>
        `${policyName}:${line}: ${path === '' ? '' : `${path} `}${message}`,
    );
    super(lines.join('\n'));
    this.problems = inOrder;
  }
}
