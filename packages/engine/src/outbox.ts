/**
 * What waits to be published. An entry holds all that one decision has to say, so that it is published in
 * one transaction: whoever finds its alerts on the topic knows that what is in breach was said with them.
 */
import type { OutboxMessage } from './decide.ts';

/** @param messages - of one decision, in the order in which they are to be published. */
export function outboxEntry(messages: readonly OutboxMessage[]): string {
  return JSON.stringify(messages);
}

/** @param entry - as {@link outboxEntry} wrote it. */
export function messagesOf({ entry }: { readonly entry: string }): readonly OutboxMessage[] {
  return JSON.parse(entry) as readonly OutboxMessage[];
}
