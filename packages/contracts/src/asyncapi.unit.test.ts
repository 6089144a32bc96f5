import { fileURLToPath } from 'node:url';
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';
import { type AsyncAPIDocumentInterface, fromFile, Parser } from '@asyncapi/parser';
import {
  type Fact,
  type FactId,
  type FeedHeartbeat,
  type ForceId,
  type IncidentId,
  inputTopics,
  type SourceId,
  topicOf,
} from '@vigil/domain/facts/fact';
import type { AlertId } from '@vigil/domain/ledger/alert';
import { chainHeader, formatLink, linkOf, origin } from '@vigil/domain/ledger/chain';
import type { Duration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openCodec } from './codec.ts';
import type { NewRecord } from './log-record.ts';
import { recordNames, recordSchemas } from './records.ts';
import { embeddedSchemas } from './schema-source.ts';
import { topicNames, wantedTopics } from './topics.ts';

const path = fileURLToPath(
  new URL('../asyncapi.yaml', import.meta.resolve('@vigil/schemas/avro/alert.avsc')),
);

function parser(): Parser {
  const made = new Parser();
  made.registerSchemaParser(AvroSchemaParser());
  return made;
}

let document: AsyncAPIDocumentInterface;
beforeAll(async () => {
  const parsed = await fromFile(parser(), path).parse();
  expect(parsed.diagnostics).toEqual([]);
  if (parsed.document === undefined) throw new Error('was parsed');
  document = parsed.document;
});

const names = topicNames();

/** The messages that stand on a topic, by the names in the document. */
function messagesOn(topic: string): string[] {
  const channel = document
    .allChannels()
    .all()
    .find((one) => one.address() === topic);
  return (channel?.messages().all() ?? []).map((message) => message.name() ?? '').sort();
}

function messageOf(name: string) {
  const message = document
    .allMessages()
    .all()
    .find((one) => one.name() === name);
  if (message === undefined) throw new Error(`there is no message ${name}`);
  return message;
}

describe('the AsyncAPI document', () => {
  it('is refused by its own tool when a channel names a message that is not there', async () => {
    const { diagnostics } = await parser().parse({
      asyncapi: '3.1.0',
      info: { title: 'x', version: '1' },
      channels: { c: { messages: { m: { $ref: '#/components/messages/none' } } } },
    });
    expect(diagnostics.filter(({ severity }) => severity === 0)).not.toEqual([]);
  });

  it('has the topics of the code, and no others', () => {
    const addresses = document.allChannels().all();
    const { input, ...others } = names;
    expect(addresses.map((channel) => channel.address()).sort()).toEqual(
      [...Object.values(input), ...Object.values(others)].sort(),
    );
  });

  it('gives each topic the settings that it is made with', () => {
    const documented = document.allChannels().all();
    for (const { name, config } of wantedTopics('', 12, 3)) {
      const channel = documented.find((one) => one.address() === name);
      const binding: { topicConfiguration: Record<string, unknown> } | undefined = channel
        ?.bindings()
        .get('kafka')
        ?.value();
      // Not among the settings that the binding knows.
      const { 'message.timestamp.type': _, 'min.insync.replicas': __, ...known } = config;
      expect(
        Object.fromEntries(
          Object.entries(binding?.topicConfiguration ?? {}).map(([key, value]) => [
            key,
            String(value),
          ]),
        ),
      ).toEqual(known);
    }
  });

  it('has the records of the code, and no others, each on its topic', () => {
    for (const topic of inputTopics) {
      const types = Object.entries(topicOf).filter(([, on]) => on === topic);
      const expected = [...types.map(([type]) => type), 'feed-heartbeat'];
      expect(messagesOn(names.input[topic])).toEqual(expected.sort());
    }
    const all = document.allMessages().all();
    expect([...new Set(all.map((message) => message.name()))].sort()).toEqual(
      [...recordNames].sort(),
    );
    expect(messagesOn(names.alerts)).toEqual(
      ['alert', 'confirmation', 'feed-alert', 'objective-alert', 'retraction'].sort(),
    );
    expect(messagesOn(names.openBreaches)).toEqual(['open-breach']);
    expect(messagesOn(names.deadLetters)).toEqual(['dead-letter']);
    expect(messagesOn(names.actions)).toEqual(['alert-acknowledged', 'alert-silenced']);
  });

  it.each(recordNames)('points %s at its own schema', (name) => {
    const { payload } = messageOf(name).json<{ payload: Record<string, unknown> }>();
    const text = recordSchemas.get(name)?.text ?? '';
    expect(payload['x-parser-original-payload']).toEqual(JSON.parse(text));
  });

  it('describes the headers and keys that are written', async () => {
    const at = Date.UTC(2026, 2, 2, 9) as Instant;
    const incidentId = 'INC-1' as IncidentId;
    const source = 'urn:police:example:cad' as SourceId;
    const heartbeat: FeedHeartbeat = { type: 'feed-heartbeat', id: 'h' as FactId, source, at };
    const fact: Fact = { ...heartbeat, type: 'caller-contacted', incidentId, time: at };
    const maxAhead = 300_000 as Duration;
    const codec = await openCodec(embeddedSchemas(), names, { maxAhead });
    const confirmation = codec.encodeLedger({
      kind: 'confirmation',
      alertId: 'a' as AlertId,
      revision: 1,
      incidentId,
      forceId: 'example' as ForceId,
      target: 'child-priority-attendance',
      phase: 'breach',
      at,
      confirmedAt: at,
      policyVersion: '0123456789ab',
      watermark: at,
    });
    const unread = {
      topic: names.input['incident-created'],
      partition: 0,
      offset: 7n,
      timestamp: at,
      key: null,
      value: null,
      headers: {},
    };
    const letter = codec.encodeDeadLetter(unread, { reason: 'empty', detail: 'has no value', at });
    expectDescribed('caller-contacted', codec.encodeFact(fact));
    expectDescribed('feed-heartbeat', codec.encodeFact(heartbeat));
    const link = linkOf(origin, { partition: 0, key: incidentId, record: confirmation.content });
    const linked = { ...confirmation.headers, [chainHeader]: formatLink(link) };
    expectDescribed('confirmation', confirmation);
    expectDescribed('confirmation', { ...confirmation, headers: linked });
    expectDescribed('dead-letter', letter);
    // Lest any headers would do.
    const { headers } = codec.encodeFact(heartbeat);
    expect(headersSchema('caller-contacted').safeParse(headers).success).toBe(false);
    const cut = { ...linked, [chainHeader]: formatLink(link).slice(1) };
    expect(headersSchema('confirmation').safeParse(cut).success).toBe(false);
  });
});

function headersSchema(name: string): z.ZodType {
  return z.fromJSONSchema(messageOf(name).headers()?.json() as z.core.JSONSchema.JSONSchema);
}

function expectDescribed(name: string, { headers, key }: NewRecord): void {
  expect(headersSchema(name).safeParse(headers)).toMatchObject({ success: true });
  const binding = messageOf(name)
    .bindings()
    .get('kafka')
    ?.value<{ key: z.core.JSONSchema.JSONSchema }>();
  expect(z.fromJSONSchema(binding?.key ?? {}).safeParse(key)).toMatchObject({ success: true });
}
