// An application that measures its calls to models with the OpenTelemetry SDK, as its environment says
// (OTEL_EXPORTER_OTLP_METRICS_*, OTEL_METRIC_EXPORT_INTERVAL). Packages: those of the directory NODE_PACKAGES.
//
// In: a command a line, JSON. {"record": {ATTRIBUTE: VALUE}, "times": N} measures; {"flush": true} exports now.
// Out: a line for each command: "ok", or what went wrong. What the SDK warns of goes to stderr.
import { createRequire } from 'node:module';
import process from 'node:process';
import readline from 'node:readline';

const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const { diag, DiagLogLevel } = require('@opentelemetry/api');
const { AggregationType, MeterProvider, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics');
const { resourceFromAttributes } = require('@opentelemetry/resources');

const EXPORTERS = {
  'http/json': '@opentelemetry/exporter-metrics-otlp-http',
  'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
};

const say = (...words) => console.error(...words);
diag.setLogger({ error: say, warn: say, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);

function aggregation() {
  const exponential = process.env.HISTOGRAM === 'exponential';
  return { type: exponential ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT };
}

const { OTLPMetricExporter } = require(EXPORTERS[process.env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL]);
const reader = new PeriodicExportingMetricReader({
  exporter: new OTLPMetricExporter({ aggregationPreference: aggregation }),
  exportIntervalMillis: Number(process.env.OTEL_METRIC_EXPORT_INTERVAL ?? 3600e3),
});
const provider = new MeterProvider({
  resource: resourceFromAttributes({ 'service.name': 'checkout', 'service.instance.id': process.env.INSTANCE }),
  readers: [reader],
});
const duration = provider.getMeter('tests').createHistogram('gen_ai.client.operation.duration', { unit: 's' });
// What an application has beside it, and what is none of ours.
provider.getMeter('tests').createCounter('http.server.requests').add(1);

async function perform(command) {
  if (command.record) {
    for (let i = 0; i < (command.times ?? 1); ++i) duration.record(0.1 + i, command.record);
  }
  if (command.flush) await reader.forceFlush();
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    await perform(JSON.parse(line));
    console.log('ok');
  } catch (error) {
    console.log(String(error));
  }
}
await provider.shutdown();
