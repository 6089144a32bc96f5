import type { z } from 'zod';

/** Our words for what zod finds wrong; those that stand in a schema come first and are better. */
export function issuesInOurWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${nounOf[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return issue.input === undefined
        ? `is required: one of ${values}`
        : `must be one of ${values}`;
    }
    case 'invalid_union':
      return 'must be the type of a fact, such as incident-created';
    case 'unrecognized_keys':
      return 'is not a key that a mapping has here';
    default:
      return undefined;
  }
}

const nounOf: Readonly<Record<string, string>> = {
  object: 'a map of keys and values',
  record: 'a map of columns',
  array: 'a list',
  string: 'text; put it in quotes if it is',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};
