import type { MetricSample } from "../../../../components/orchestration/index.ts";

/** The samples of a metrics endpoint's text. */
export function readSamples(text: string): MetricSample[] {
  return text.split("\n").flatMap(readSample);
}

/** Names of the metrics that it knows, those without a sample among them. */
export function readMetricNames(text: string): Set<string> {
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name));
}

function readSample(line: string): MetricSample[] {
  const { name, labels = "", value } = SAMPLE.exec(line)?.groups ?? {};
  if (name === undefined) return [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [key, text]);
  return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
}

const SAMPLE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>[-+\d.eE]+)$/;
