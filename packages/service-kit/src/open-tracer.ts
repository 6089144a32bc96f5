import type { Logger } from './logging.ts';
import type { Tracer, TracesConfiguration } from './tracing.ts';

/** Opens the tracer of a program; none when nothing is traced. */
export async function openTracer(
  traces: TracesConfiguration | undefined,
  program: { readonly service: string; readonly deployment: string; readonly logger: Logger },
): Promise<Tracer | undefined> {
  if (traces === undefined) return undefined;
  const { openOtlpTracer } = await import('./otlp-tracer.ts');
  return openOtlpTracer(traces, program);
}
