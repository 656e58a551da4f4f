import { context, propagation, trace } from "@opentelemetry/api";
import type { OperationsConfiguration } from "../configuration.operations.ts";
import { VERSION } from "../version.ts";

/** How long the last spans may take to reach the collector when the process ends, in milliseconds. */
const FLUSH_MILLISECONDS = 1_500;
/** Spans that wait at most; above it the newest are dropped, so that a collector that is away costs no memory. */
const QUEUE_MAX = 2_048;

/** Tracing that runs, until it is stopped. */
interface Tracing {
  /** Sends what waits, for 1.5 s at most, and ends tracing. Never fails: a collector that is away is no reason to. */
  stop(): Promise<void>;
}

/**
 * Sends spans to the collector that the configuration names, in batches, with what users wrote left out. The SDK is
 * loaded only then, so that an agent without a collector pays neither memory nor time for it. One per process.
 */
export async function startTracing(traces: OperationsConfiguration["traces"]): Promise<Tracing> {
  if (!traces) return { stop: () => Promise.resolve() };
  const [
    { AsyncLocalStorageContextManager },
    { W3CTraceContextPropagator },
    { OTLPTraceExporter },
    { resourceFromAttributes },
    sdk,
    { redacting },
  ] = await Promise.all([
    import("@opentelemetry/context-async-hooks"),
    import("@opentelemetry/core"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-trace"),
    import("./redaction.ts"),
  ]);

  const exporter = new OTLPTraceExporter({
    url: `${traces.endpoint}/v1/traces`,
    headers: traces.token === undefined ? {} : { authorization: `Bearer ${traces.token}` },
    timeoutMillis: FLUSH_MILLISECONDS,
  });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ "service.name": "flame-agent", "service.version": VERSION }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(traces.percent / 100) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: redacting(exporter),
        maxQueueSize: QUEUE_MAX,
        exportTimeoutMillis: FLUSH_MILLISECONDS,
      }),
    ],
  });
  const contexts = new AsyncLocalStorageContextManager();
  context.setGlobalContextManager(contexts.enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);

  return {
    async stop() {
      const gaveUp = AbortSignal.timeout(FLUSH_MILLISECONDS);
      const late = new Promise<void>((resolve) => gaveUp.addEventListener("abort", () => resolve(), { once: true }));
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      trace.disable();
      propagation.disable();
      context.disable();
    },
  };
}
