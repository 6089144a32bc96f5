/** One thing that is wrong with a mapping. */
export interface MappingProblem {
  /** Such as `facts[2].at.column`; empty when it is the whole that is wrong. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** A mapping that cannot be used, with everything that is wrong with it, in order of line. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly problems: readonly MappingProblem[];

  /** @param mappingName - what people call the mapping, usually the name of its file. */
  constructor(mappingName: string, problems: readonly MappingProblem[]) {
    const inOrder = problems.toSorted((a, b) => a.line - b.line);
    const lines = inOrder.map(
      ({ path, line, message }) =>
        `${mappingName}:${line}: ${path === '' ? '' : `${path} `}${message}`,
    );
    super(lines.join('\n'));
    this.problems = inOrder;
  }
}

/** A table whose header does not have what the mapping asks for. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError';
  /** What is wrong, a column each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
