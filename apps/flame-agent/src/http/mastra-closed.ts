/** A part of Mastra's server that isn't served, and why. */
interface ClosedPart {
  /** As the README writes it. */
  readonly routes: string;
  readonly paths: RegExp;
  readonly why: string;
}

/** What of Mastra's server is closed and clients know of, the more special first. */
export const CLOSED_PARTS: readonly ClosedPart[] = [
  {
    routes: "/api/agents/:agentId/{approve,decline}-tool-call…, send-tool-approval, suspended-runs",
    paths: /^\/api\/agents\/[^/]+\/((approve|decline)-|send-tool-approval|suspended-runs)/,
    why: "a tool call is decided with POST /approvals/<id>/approve or reject, by whoever may see it",
  },
  {
    routes: "/api/agents/:agentId/{resume-stream,observe,recover}…",
    paths: /^\/api\/agents\/[^/]+\/(resume|observe|recover)/,
    why: "a run's id alone says nothing of whose it is; an interrupted turn goes on with POST /turns/<id>/resume",
  },
  {
    routes: "/api/agents/:agentId/{generate-legacy,stream-legacy,stream-until-idle,network,signals}…",
    paths: /^\/api\/agents\/[^/]+\/(generate-|stream-|streamVNext|network|signals)/,
    why: "generate, stream and send-message are the ways to talk to the agent",
  },
  {
    routes: "/api/agents/:agentId/{model,models,instructions,clone,tools,voice,browser,plans,skills,…}",
    paths: /^\/api\/agents\/[^/]+\/./,
    why: "what the agent is made of is the deployment's, and its tools are called by the agent alone",
  },
  {
    routes: "/api/memory/threads/:threadId/{clone,transfer,working-memory}",
    paths: /^\/api\/memory\/threads\/[^/]+\/./,
    why: "a thread stays with its owner, and this agent has no working memory",
  },
  {
    routes: "/api/memory/{messages,save-messages,search,config,status,network,observational-memory}…",
    paths: /^\/api\/memory\//,
    why: "messages are written and removed by turns and with their thread, and not by their ids",
  },
  {
    routes: "/api/{workflows,tools,processors,mcp,a2a,agent-builder,responses,conversations}…",
    paths: /^\/api\/(v1\/)?(workflows|tools|processors|mcp|a2a|agent-builder|responses|conversations)\b/,
    why: "runs and tools told by their id alone aren't kept within a tenant; POST /turns runs the workflow",
  },
  {
    routes: "all others below /api",
    paths: /^/,
    why: "it isn't for clients of an agent: stored definitions, vectors, logs, workspaces, evaluation",
  },
];

/** Why nothing is served at a path below `/api`. */
export function whyClosed(path: string): string {
  return CLOSED_PARTS.find(({ paths }) => paths.test(path))?.why ?? "";
}
