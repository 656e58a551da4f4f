import type { Scenario } from "./scenario.ts";

const HANDBOOK = `# Handbook

## Rollback

A rollback of the payment service takes twelve seconds and needs no approval.

## On call

The person on call is reached under extension 4711 during the night.
`;

/** What a conversation is made of: memory, tools, prose. */
const CONVERSATION: Scenario = {
  name: "a conversation remembers, calculates and streams",
  steps: [
    { kind: "say", thread: "talk", message: "My name is Ada.", expect: { text: /message 1/, tools: [] } },
    { kind: "say", thread: "talk", message: "What is my name?", expect: { text: "Your name is Ada." } },
    { kind: "say", thread: "talk", message: "What is 12*(3+4)?", expect: { text: /84/, tools: ["calculate"] } },
    { kind: "say", thread: "other", message: "What is my name?", expect: { text: "You never told me your name." } },
  ],
};

/** Documents are cited, an answer is given again, and neither outlives the document. */
const KNOWLEDGE: Scenario = {
  name: "an answer cites a document, is given again, and goes with the document",
  steps: [
    { kind: "learn", document: { id: "handbook", mediaType: "text/markdown", content: HANDBOOK }, status: 201 },
    { kind: "learn", document: { id: "handbook", mediaType: "text/markdown", content: HANDBOOK }, status: 200 },
    {
      kind: "say",
      message: "How many seconds does a rollback of the payment service take?",
      expect: { text: /twelve seconds.*\[1\]/, cites: ["handbook"], steps: { cache: "miss", retrieval: "done" } },
    },
    {
      kind: "say",
      message: "How many seconds does a rollback of the payment service take?",
      expect: { text: /twelve seconds.*\[1\]/, cites: ["handbook"], steps: { cache: "hit", generation: "skipped" } },
    },
    { kind: "forget", document: "handbook", status: 204 },
    {
      kind: "say",
      message: "How many seconds does a rollback of the payment service take?",
      expect: { cites: [], steps: { cache: "miss" } },
    },
    { kind: "forget", document: "handbook", status: 404 },
  ],
};

/** A person approves, rejects, and decides twice. */
const APPROVAL: Scenario = {
  name: "a tool call waits for a person, whose first decision counts",
  steps: [
    {
      kind: "say",
      thread: "letters",
      message: 'Send "ship it" to bob@example.org',
      expect: { outcome: "suspended", tools: ["send_message"] },
    },
    { kind: "approve", thread: "letters", expect: { text: /sent/ } },
    { kind: "approve", thread: "letters", expect: { outcome: "refused", status: 409 } },
    { kind: "reject", thread: "letters", expect: { outcome: "refused", status: 409 } },
    {
      kind: "say",
      thread: "refusals",
      message: 'Send "stop it" to eve@example.org',
      expect: { outcome: "suspended" },
    },
    { kind: "reject", thread: "refusals", reason: "Not to strangers." },
  ],
};

/** Whoever leaves cancels their turn, and the next one works. */
const LEAVING: Scenario = {
  name: "a client that leaves cancels its turn and no other",
  steps: [
    { kind: "faults", faults: [{ kind: "slow", firstTokenMilliseconds: 300 }] },
    { kind: "say", thread: "gone", message: "Tell me of deploys", leaveAfter: "start" },
    { kind: "say", thread: "gone", message: "Tell me more of them" },
  ],
};

/** The model's server fails in each way that one fails. */
const FAULTS: Scenario = {
  name: "a model that fails ends a turn in order, and the next turn works",
  steps: [
    { kind: "faults", faults: [{ kind: "cut", afterTokens: 3 }] },
    { kind: "say", thread: "faults", message: "Tell me of clouds", expect: { outcome: "error", error: "failed" } },
    { kind: "say", thread: "faults", message: "Tell me of rivers" },
    { kind: "faults", faults: [{ kind: "rate-limit", retryAfterSeconds: 1 }] },
    { kind: "say", thread: "faults", message: "Tell me of valleys", expect: { text: /valleys/ } },
    { kind: "faults", faults: [{ kind: "server-error" }] },
    { kind: "say", thread: "faults", message: "Tell me of forests", expect: { text: /forests/ } },
    { kind: "faults", faults: [{ kind: "server-error" }, { kind: "server-error" }, { kind: "server-error" }] },
    { kind: "say", thread: "faults", message: "Tell me of meadows", expect: { outcome: "error", error: "failed" } },
    { kind: "say", thread: "faults", message: "Tell me of islands" },
  ],
};

/** The model answers, but wrongly or late. */
const NONSENSE: Scenario = {
  name: "a model that calls tools wrongly or is slow never asks a person, and the turn ends",
  steps: [
    { kind: "faults", faults: [{ kind: "malformed-tool-call", tool: "send_message" }] },
    { kind: "say", thread: "nonsense", message: "Tell me of oceans", expect: { outcome: "ended" } },
    { kind: "faults", faults: [{ kind: "malformed-tool-call", tool: "calculate" }] },
    { kind: "say", thread: "nonsense", message: "Tell me of mountains" },
    { kind: "faults", faults: [{ kind: "unknown-tool" }] },
    { kind: "say", thread: "nonsense", message: "Tell me of harbours" },
    { kind: "faults", faults: [{ kind: "slow", firstTokenMilliseconds: 700 }] },
    { kind: "say", thread: "nonsense", message: "Tell me of bridges", expect: { overWithinMilliseconds: 4_000 } },
  ],
};

/** Ten users at once, some of whom need a person. */
const CROWD: Scenario = {
  name: "users at the same time don't disturb each other",
  steps: [
    {
      kind: "together",
      steps: Array.from({ length: 10 }, (_, user) => ({
        kind: "say" as const,
        thread: `crowd-${user}`,
        message: `My number is ${user}.`,
      })),
    },
    {
      kind: "together",
      steps: Array.from({ length: 10 }, (_, user) => ({
        kind: "say" as const,
        thread: `crowd-${user}`,
        message: "What is my number?",
        expect: { text: `Your number is ${user}.` },
      })),
    },
    {
      kind: "together",
      steps: Array.from({ length: 5 }, (_, user) => ({
        kind: "say" as const,
        thread: `crowd-${user}`,
        message: `Send "number ${user}" to user${user}@example.org`,
        expect: { outcome: "suspended" as const },
      })),
    },
    {
      kind: "together",
      steps: Array.from({ length: 5 }, (_, user) => ({ kind: "approve" as const, thread: `crowd-${user}` })),
    },
  ],
};

/** Scenarios that need nothing but agents and the seeded model. */
export const SCENARIOS: readonly Scenario[] = [CONVERSATION, KNOWLEDGE, APPROVAL, LEAVING, FAULTS, NONSENSE, CROWD];
