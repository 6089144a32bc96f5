import type { Context, Link, SpanContext } from '@opentelemetry/api';
import {
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from './logging.ts';
import type {
  Attributes,
  Carried,
  Operation,
  Span,
  Tracer,
  TracesConfiguration,
} from './tracing.ts';

/** Spans that wait to be sent; more are dropped, which is logged. */
const mostWaiting = 8_192;
/** A collector that takes longer is away: its spans are lost, and nothing waits for it. */
const sendWithinMs = 3_000;

/** Opens a tracer that sends its spans to a collector, by OTLP over HTTP. */
export function openOtlpTracer(
  traces: TracesConfiguration,
  program: { readonly service: string; readonly deployment: string; readonly logger: Logger },
): Tracer {
  const { endpoint, headers, ca } = traces;
  sayThrough(program.logger);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: sendWithinMs,
    ...(ca === undefined ? {} : { httpAgentOptions: { ca } }),
  });
  const waiting = { maxQueueSize: mostWaiting, exportTimeoutMillis: sendWithinMs };
  const tracer = tracerThrough(new BatchSpanProcessor({ exporter, ...waiting }), traces, program);
  return {
    ...tracer,
    // Whoever stops is not kept, nor found at fault, because the collector is away.
    close: () =>
      tracer.close().catch((error: unknown) => {
        program.logger.warn('the last spans were not sent', { error });
      }),
  };
}

/** A tracer whose sampled spans go through `processor`. */
export function tracerThrough(
  processor: SpanProcessor,
  { sampler, ratio, service }: Pick<TracesConfiguration, 'sampler' | 'ratio' | 'service'>,
  program: { readonly service: string; readonly deployment: string },
): Tracer {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service ?? program.service,
      'service.namespace': program.deployment,
    }),
    sampler: samplerOf(sampler, ratio),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('vigil');
  return {
    begin({ operation, from, attributes }) {
      const [parent, ...others] = from.toReversed();
      const { kind, destination, ...fixed } = operations[operation];
      const name = destination === undefined ? undefined : attributes[destination];
      const span = tracer.startSpan(
        name === undefined ? operation : `${operation} ${name}`,
        { kind, links: linksTo(others), attributes: { ...fixed.attributes, ...named(attributes) } },
        parent === undefined ? ROOT_CONTEXT : contextOf(parent),
      );
      // Where it is not, nothing is kept of it: neither here nor by whoever asked.
      return span.isRecording() ? over(span) : undefined;
    },
    async close() {
      await provider.shutdown();
    },
  };
}

type Begun = ReturnType<ReturnType<TracerProvider['getTracer']>['startSpan']>;

function over(span: Begun): Span {
  const carried: Record<string, string> = {};
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carried, setter);
  return {
    trace: carried,
    end(failure) {
      if (failure !== undefined) {
        span.setAttribute('error.type', failure.slice(0, longestText));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

const propagator = new W3CTraceContextPropagator();
const getter = {
  keys: (carried: Carried) => Object.keys(carried),
  get: (carried: Carried, name: string) => carried[name],
};
const setter = {
  set(carried: Record<string, string>, name: string, value: string) {
    if (value !== '') carried[name] = value;
  },
};

const contextOf = (carried: Carried): Context => propagator.extract(ROOT_CONTEXT, carried, getter);

/** Links of one span: what comes of a whole batch need not name all of it. */
const mostLinks = 32;

function linksTo(carried: readonly Carried[]): Link[] {
  const contexts = new Map<string, SpanContext>();
  for (const one of carried) {
    if (contexts.size >= mostLinks) break;
    const context = trace.getSpanContext(contextOf(one));
    if (context !== undefined) contexts.set(`${context.traceId} ${context.spanId}`, context);
  }
  return [...contexts.values()].map((context) => ({ context }));
}

/** Names and kinds as the semantic conventions of OpenTelemetry for messaging and databases have them. */
const kafka = { 'messaging.system': 'kafka' };
const operations: Readonly<
  Record<
    Operation,
    {
      readonly kind: SpanKind;
      /** The attribute that the name of the span ends with. */
      readonly destination?: 'topic' | 'receiver';
      readonly attributes?: Readonly<Record<string, string>>;
    }
  >
> = {
  process: {
    kind: SpanKind.CONSUMER,
    destination: 'topic',
    attributes: {
      ...kafka,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
    },
  },
  decide: { kind: SpanKind.INTERNAL },
  commit: {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'redis', 'db.operation.name': 'commit' },
  },
  publish: {
    kind: SpanKind.PRODUCER,
    destination: 'topic',
    attributes: {
      ...kafka,
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
    },
  },
  deliver: {
    kind: SpanKind.CLIENT,
    destination: 'receiver',
    attributes: { 'http.request.method': 'POST' },
  },
};

const attributeNames = {
  topic: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  offset: 'messaging.kafka.offset',
  batch: 'messaging.batch.message_count',
  incidentId: 'vigil.incident.id',
  alertId: 'vigil.alert.id',
  fact: 'vigil.fact.type',
  receiver: 'vigil.receiver',
} as const satisfies Record<keyof Attributes, string>;

const longestText = 256;

/** Name by name, so that a caller who evades the types still sends scalars of the list only. */
function named(attributes: Attributes): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  for (const [name, as] of Object.entries(attributeNames)) {
    const value: unknown = attributes[name as keyof Attributes];
    if (name === 'partition') {
      if (typeof value === 'number') kept[as] = String(value);
    } else if (typeof value === 'string') kept[as] = value.slice(0, longestText);
    else if (typeof value === 'bigint' || typeof value === 'number') kept[as] = Number(value);
  }
  return kept;
}

function samplerOf(name: TracesConfiguration['sampler'], ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/** What goes wrong with the sending of spans is logged, and troubles nothing else. */
function sayThrough(logger: Logger): void {
  const say = (text: string): void => {
    logger.warn('spans were not sent', { error: new Error(text) });
  };
  const silent = (): void => undefined;
  const levels = { error: say, warn: say, info: silent, debug: silent, verbose: silent };
  diag.setLogger(levels, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
