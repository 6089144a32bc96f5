/**
 * Traces: spans, as OpenTelemetry has them, sent to a collector. Where none is named nothing is traced,
 * and nothing of OpenTelemetry is loaded.
 *
 * No personal data reaches a collector, by construction: a span is named after its operation and what it
 * is done to, and says besides only what stands in `Attributes`. To say something new, name it there.
 */
import type { Values } from './variables.ts';

/** The headers that carry a trace on: `traceparent` and `tracestate` (W3C Trace Context). */
export type Carried = Readonly<Record<string, string>>;

/** All that a span may say. */
export interface Attributes {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: bigint | undefined;
  /** Records in the transaction, or facts and decisions in the commit. */
  readonly batch?: number | undefined;
  readonly incidentId?: string | undefined;
  readonly alertId?: string | undefined;
  /** The type of a fact. */
  readonly fact?: string | undefined;
  /** The name of a receiver of deliveries. */
  readonly receiver?: string | undefined;
}

/** What is done: the name of its span begins with it. */
export type Operation = 'process' | 'decide' | 'commit' | 'publish' | 'deliver';

export interface Beginning {
  readonly operation: Operation;
  /** What follows from several things is a child of the last, and linked to the others. */
  readonly from: readonly Carried[];
  readonly attributes: Attributes;
}

export interface Span {
  /** What follows from this carries it on. */
  readonly trace: Carried;
  /** @param failure - a code, or the name of an error; never its message. */
  end(failure?: string): void;
}

export interface Tracer {
  /** None where the trace is not sampled. */
  begin(beginning: Beginning): Span | undefined;
  /** Sends what is left, for a few seconds at most. */
  close(): Promise<void>;
}

/** Where spans go, and which. */
export interface TracesConfiguration {
  /** The address of the collector; spans go to `/v1/traces` there. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The authority that signed the collector's certificate, as PEM, if the system does not know it. */
  readonly ca: string | undefined;
  /** `undefined`: the name of the program. */
  readonly service: string | undefined;
  readonly sampler: Values['OTEL_TRACES_SAMPLER'];
  readonly ratio: number;
}

/** What is sampled, given the standard variables; `undefined`: nothing is traced. */
export function tracesOf(values: Values, ca: string | undefined): TracesConfiguration | undefined {
  if (values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  return {
    endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    ca,
    service: values.OTEL_SERVICE_NAME,
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}

/** A header longer than W3C Trace Context asks anybody to keep is not carried on. */
const longestHeader = 512;

/** What headers carry of a trace, and nothing else of them. */
export function carriedBy(headers: Readonly<Record<string, Buffer>>): Carried {
  const carried: Record<string, string> = {};
  for (const name of ['traceparent', 'tracestate']) {
    const value = headers[name];
    if (value !== undefined && value.length <= longestHeader) carried[name] = value.toString();
  }
  return carried;
}
