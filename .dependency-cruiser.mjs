// Who may import whom: no circles, one direction, and one way into each folder. Run by `npm run check`.

/** Tests look wherever they like. */
const TEST = "\\.test\\.ts$|^test/";

/** Folders of components beside `core`, with those that each may use. */
const COMPONENTS = {
  core: [],
  availability: ["core"],
  desktop: ["core"],
  observability: ["core"],
  regions: ["core"],
  scaling: ["core"],
  traffic: ["core"],
  orchestration: ["core", "availability", "traffic"],
  resources: ["core", "orchestration"],
  topology: ["core", "availability", "desktop", "observability", "orchestration", "regions", "resources", "scaling"],
};

const error = { severity: "error" };

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "Move what both need into a file of its own.",
      ...error,
      from: {},
      to: { circular: true },
    },
    {
      name: "only-known-components",
      comment: "Say in .dependency-cruiser.mjs what a new folder of components may use.",
      ...error,
      from: { path: "^components/", pathNot: [`^components/(${Object.keys(COMPONENTS).join("|")})/`, TEST] },
      to: {},
    },
    ...Object.entries(COMPONENTS).map(([folder, uses]) => ({
      name: `${folder}-uses-what-is-below-it`,
      comment: `It may use ${uses.join(", ") || "no other folder of components"}.`,
      ...error,
      from: { path: `^components/${folder}/`, pathNot: TEST },
      to: { path: "^components/", pathNot: `^components/(${[folder, ...uses].join("|")})/` },
    })),
    {
      name: "components-know-nobody-above",
      comment: "What stacks, policies and apps know is handed to components.",
      ...error,
      from: { path: "^components/", pathNot: TEST },
      to: { path: "^(stacks|policies|apps|test)/" },
    },
    {
      name: "policies-are-strangers",
      comment: "They judge what is deployed, and so take nothing from whoever made it but its preview's words.",
      ...error,
      from: { path: "^policies/", pathNot: TEST },
      to: { path: "^(components|stacks|apps|test)/", pathNot: "^stacks/preview/index\\.ts$" },
    },
    {
      name: "stacks-know-no-command",
      ...error,
      from: { path: "^stacks/", pathNot: TEST },
      to: { path: "^(policies|apps|test)/" },
    },
    {
      name: "the-agent-is-an-application",
      comment: "It is deployed by the blueprint and knows nothing of it.",
      ...error,
      from: { path: "^apps/flame-agent/", pathNot: TEST },
      to: { path: "^(components|stacks|policies|apps/ops|test)/" },
    },
    {
      name: "components-by-their-index",
      comment: "Export it from the folder's index.ts, or keep it inside.",
      ...error,
      from: { path: "^(?:components/)?([^/]+)/", pathNot: TEST },
      to: { path: "^components/[^/]+/.+", pathNot: ["^components/$1/", "^components/[^/]+/index\\.ts$"] },
    },
    {
      name: "stacks-folders-by-their-index",
      comment: "Export it from the folder's index.ts, or keep it inside.",
      ...error,
      from: { path: "^(?:stacks/)?([^/]+)/", pathNot: TEST },
      to: { path: "^stacks/[^/]+/.+", pathNot: ["^stacks/$1/", "^stacks/[^/]+/index\\.ts$"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts"] },
  },
};
