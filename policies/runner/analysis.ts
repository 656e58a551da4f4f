import type { AnalyzeDiagnostic, AnalyzerInfo, RemediateResponse } from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { ResourceNode, StackGraph } from "../../stacks/preview/index.ts";
import { ACCEPTED_UNKNOWN, COULD_NOT_RUN } from "../rules/index.ts";
import {
  configurePolicies,
  type DeclaredPolicy,
  LEVELS,
  type PackConfiguration,
  type PackLevel,
  type PolicySettings,
} from "./configuration.ts";
import { analyzeRequest, analyzeStackRequest } from "./messages.ts";
import type { Protocol, Struct } from "./protobuf.ts";
import { type PolicyReport, type PolicyResult, reportOf } from "./report.ts";

type Client = InstanceType<Protocol["services"]["AnalyzerClient"]>;
type Reply<Response> = (error: Error | null, response: Response) => void;

/** Asks a pack about a graph in the engine's order: configure, remediate and analyse each resource, analyse the stack. */
export async function analyse(
  client: Client,
  protocol: Protocol,
  graph: StackGraph,
  given: PackConfiguration,
): Promise<PolicyReport> {
  const info = await ask<AnalyzerInfo>((reply) => client.getAnalyzerInfo(new protocol.Empty(), reply));
  const settings = configurePolicies(info.getPoliciesList().map(declared), initialConfiguration(info), given);
  await ask((reply) => client.configureStack(stackRequest(graph, protocol), reply));
  await ask((reply) => client.configure(configureRequest(settings, protocol), reply));

  const managed = graph.resources.filter(({ external }) => !external);
  const remediates = [...settings.values()].some(({ level }) => level === "remediate");
  const mended = remediates ? await remediate(client, protocol, graph, managed) : [];
  const changed = new Map(mended.map(({ node, properties }) => [node.urn, properties]));

  const perResource = await Promise.all(
    managed.map(async (node) => {
      const request = analyzeRequest(node, graph, protocol, changed.get(node.urn));
      const response = await ask<{ getDiagnosticsList(): AnalyzeDiagnostic[] }>((reply) =>
        client.analyze(request, reply),
      );
      return response.getDiagnosticsList().map((diagnostic) => resultOf(diagnostic, node.urn));
    }),
  );
  const ofStack = await ask<{ getDiagnosticsList(): AnalyzeDiagnostic[] }>((reply) =>
    client.analyzeStack(analyzeStackRequest(graph, protocol), reply),
  );
  return reportOf({ name: info.getName(), version: info.getVersion(), policies: inForce(settings) }, [
    ...mended.flatMap(({ results }) => results),
    ...perResource.flat(),
    ...ofStack.getDiagnosticsList().map((diagnostic) => resultOf(diagnostic, undefined)),
  ]);
}

async function remediate(client: Client, protocol: Protocol, graph: StackGraph, managed: readonly ResourceNode[]) {
  return Promise.all(
    managed.map(async (node) => {
      const request = analyzeRequest(node, graph, protocol);
      const response = await ask<RemediateResponse>((reply) => client.remediate(request, reply));
      const remediations = response.getRemediationsList();
      const properties: Struct | undefined = remediations.findLast((one) => one.getProperties())?.getProperties();
      const results = remediations.map((one): PolicyResult => {
        const diagnostic = one.getDiagnostic();
        const shared = { policy: one.getPolicyname(), urn: node.urn };
        return diagnostic
          ? { ...shared, level: "mandatory", outcome: "could-not-run", message: `${COULD_NOT_RUN}${diagnostic}` }
          : {
              ...shared,
              level: "advisory",
              outcome: "remediated",
              message: `${node.name}: properties changed by the pack`,
            };
      });
      return { node, properties, results };
    }),
  );
}

/** A pack's own words for an unknown that it ran into, from the SDK. */
const SDK_COULD_NOT_RUN = /^can't run policy '.*' from policy pack '.*' during preview/;

function resultOf(diagnostic: AnalyzeDiagnostic, urn: string | undefined): PolicyResult {
  const message = diagnostic.getMessage();
  const couldNotRun = message.startsWith(COULD_NOT_RUN) || SDK_COULD_NOT_RUN.test(message);
  const weighs = LEVELS[diagnostic.getEnforcementlevel()] !== "advisory";
  return {
    policy: diagnostic.getPolicyname(),
    level: weighs || couldNotRun ? "mandatory" : "advisory",
    urn: diagnostic.getUrn() || urn,
    message,
    outcome: couldNotRun ? "could-not-run" : message.startsWith(ACCEPTED_UNKNOWN) ? "accepted-unknown" : "violation",
  };
}

function declared(policy: ReturnType<AnalyzerInfo["getPoliciesList"]>[number]): DeclaredPolicy {
  const schema = policy.getConfigschema();
  return {
    name: policy.getName(),
    level: levelOf(policy.getEnforcementlevel()),
    settings: schema?.getProperties()?.toJavaScript() ?? {},
    required: schema?.getRequiredList() ?? [],
  };
}

function initialConfiguration(info: AnalyzerInfo): PackConfiguration {
  return Object.fromEntries(
    [...info.getInitialconfigMap().entries()].map(([name, configuration]) => [
      name,
      {
        ...configuration.getProperties()?.toJavaScript(),
        enforcementLevel: levelOf(configuration.getEnforcementlevel()),
      },
    ]),
  );
}

function configureRequest(settings: ReadonlyMap<string, PolicySettings>, { analyzer, Struct }: Protocol) {
  const request = new analyzer.ConfigureAnalyzerRequest();
  for (const [name, { level, properties }] of settings) {
    const configuration = new analyzer.PolicyConfig();
    configuration.setEnforcementlevel(LEVELS.indexOf(level));
    configuration.setProperties(Struct.fromJavaScript(properties));
    request.getPolicyconfigMap().set(name, configuration);
  }
  return request;
}

function stackRequest({ project, stack }: StackGraph, { analyzer }: Protocol) {
  const request = new analyzer.AnalyzerStackConfigureRequest();
  request.setProject(project);
  request.setStack(stack);
  request.setDryRun(true);
  return request;
}

/** Policies that check something; one that remediates only isn't a check. */
function inForce(settings: ReadonlyMap<string, PolicySettings>): string[] {
  return [...settings].filter(([, { level }]) => level === "mandatory" || level === "advisory").map(([name]) => name);
}

/** The protocol's numbers for levels are the places in `LEVELS`. */
function levelOf(number: number): PackLevel {
  return LEVELS[number] ?? "mandatory";
}

function ask<Response>(send: (reply: Reply<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    send((error, response) => (error ? reject(error) : resolve(response)));
  });
}
