/** What can go wrong with the event log beside a lost publisher, each with what to do about it. */
const remedies = {
  'unknown-topic': 'Create it with `vigil topics apply`, or correct the name.',
  'partitions-differ':
    'The input topics must have the same number of partitions, or the facts of an incident do not meet. Compare with `vigil topics check`.',
  'offset-beyond-end':
    'The working set remembers another log: the topic was made anew or lost its end. Empty the shard so that it is rebuilt.',
  'partition-taken': 'Another member has the partition now; leave the work to it.',
  'append-failed':
    'Some of the records may be in the log all the same. Append them again: a reader knows a duplicate.',
  'publish-refused': 'Nothing was published. Correct what the log refuses before publishing again.',
  'publisher-closed': 'Open another publisher.',
  'read-stalled':
    'A transaction was left open by a producer. Find it with `kafka-transactions.sh find-hanging`.',
  'log-full': 'Read faster, or give the in-process log a larger `maxRecordsPerPartition`.',
  'topics-refused': 'Compare what was asked for with the limits and permissions of the brokers.',
  refused: 'The brokers refuse this client. Check its credentials, permissions and versions.',
  closed: 'The event log was closed.',
} as const;

/** The codes of {@link EventLogError}. */
export type EventLogErrorCode = keyof typeof remedies;

/** A failure of the event log that its caller can tell apart by `code`; the message says what to do. */
export class EventLogError extends Error {
  override readonly name = 'EventLogError';
  readonly code: EventLogErrorCode;

  constructor(code: EventLogErrorCode, what: string, options?: ErrorOptions) {
    super(`${what} ${remedies[code]}`, options);
    this.code = code;
  }
}
