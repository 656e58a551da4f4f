import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { afterEach, describe, expect, it, vi } from "vitest";
import { preview } from "../../support/preview-program.ts";

class Remote extends pulumi.ComponentResource {
  constructor(name: string) {
    super("far:index:Thing", name, {}, {}, true);
  }
}

describe("a program that fails", () => {
  it.each([
    {
      why: "throws a RunError",
      program: () => {
        throw new pulumi.RunError("scaling.replicas.max is 0; allowed: 1 or more");
      },
      message: /^scaling\.replicas\.max is 0; allowed: 1 or more$/,
    },
    {
      why: "throws what isn't an error",
      program: () => Promise.reject("just text"),
      message: /just text/,
    },
    {
      why: "has an apply that fails and that nobody waits for",
      program: () => {
        pulumi.output(1).apply(() => {
          throw new Error("the apply failed");
        });
      },
      message: /^the apply failed$/,
    },
    {
      why: "has an input that fails",
      program: () => {
        const length = pulumi.output(1).apply((): number => {
          throw new Error("no length");
        });
        const parent = new random.RandomPet("pet", { length });
        new random.RandomPet("child", {}, { parent });
      },
      message: /"length": no length/,
    },
    {
      why: "uses a name twice",
      program: () => {
        new random.RandomPet("pet", {});
        new random.RandomPet("pet", {});
      },
      message:
        /two resources have the URN urn:pulumi:dev::shop::random:index\/randomPet:RandomPet::pet: "pet" .* made at .*failures\.test\.ts:\d+, and again at .*failures\.test\.ts:\d+; .* another name or parent/,
    },
    {
      why: "calls a provider's function",
      program: async () => {
        await docker.getNetwork({ name: "net" });
      },
      message: /function docker:index\/getNetwork:getNetwork, .* give the answer in previewStack's `functions\["docker/,
    },
    {
      why: "refers to a stack that it wasn't given",
      program: () => {
        new pulumi.StackReference("me/base/dev");
      },
      message: /stack "me\/base\/dev", .*; given: none; add its outputs/,
    },
    {
      why: "uses a component of another language",
      program: () => {
        new Remote("far");
      },
      message: /"far" \(far:index:Thing\) is a component that a provider's plugin builds/,
    },
    {
      why: "transforms function calls",
      program: () => {
        pulumi.runtime.registerInvokeTransform(async () => undefined);
        new random.RandomPet("pet", {});
      },
      message: /a transform of function calls can't run/,
    },
  ])("is reported when it $why", async ({ program, message }) => {
    await expect(preview(program, { timeoutSeconds: 5 })).rejects.toThrow(message);
  });

  it("is reported within the time allowed when a promise never resolves, with what waits", async () => {
    const never = new Promise<number>(() => undefined);
    const hanging = preview(() => void new random.RandomPet("pet", { length: never }), { timeoutSeconds: 0.1 });
    await expect(hanging).rejects.toThrow(
      /dev: the program didn't finish in 0\.1 s; pet \(random:index\/randomPet:RandomPet\) waits for its length; .*raise timeoutSeconds/,
    );
    const idle = preview(async () => void (await never), { timeoutSeconds: 0.1 });
    await expect(idle).rejects.toThrow(/no resource is waiting: a promise of the program never resolves/);
  });

  it("fails alone: another one beside it is fine", async () => {
    const results = await Promise.allSettled([
      preview(() => {
        pulumi.output(1).apply(() => {
          throw new Error("mine");
        });
      }),
      preview(() => void new random.RandomPet("pet", {})),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});

describe("the process's own listeners", () => {
  afterEach(() => vi.restoreAllMocks());

  it("are as before, whether the program succeeds or fails", async () => {
    const names = ["unhandledRejection", "uncaughtException"] as const;
    const before = names.map((name) => process.rawListeners(name));
    await preview(() => undefined);
    await preview(() => Promise.reject(new Error("no"))).catch(() => undefined);
    expect(names.map((name) => process.rawListeners(name))).toEqual(before);
  });

  it("hear of rejections that aren't a preview's", async () => {
    const others = process.rawListeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const heard = Promise.withResolvers<unknown>();
    process.on("unhandledRejection", heard.resolve);
    const outside = Promise.withResolvers<void>();
    // Made outside the preview, rejected while it runs.
    const chained = outside.promise.then(() => {
      throw new Error("not the preview's");
    });
    try {
      await preview(async () => {
        outside.resolve();
        expect(await heard.promise).toMatchObject({ message: "not the preview's" });
      });
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of others) process.on("unhandledRejection", (reason, promise) => listener(reason, promise));
    }
    await expect(chained).rejects.toThrow();
  });
});
