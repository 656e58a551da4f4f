import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { inRequest } from "../request-scope.ts";
import { failureOf, ToldError } from "./index.ts";

it("a failure that was told with a reference keeps that, whoever's request it is told to", () => {
  const reference = randomUUID();
  const message = `The answer was cut; ask again (reference ${reference})`;
  const told = inRequest(() => failureOf(new Error("x", { cause: new ToldError(message) })));
  expect(told).toEqual({ kind: "failed", message, reference });
});

it.each([new ToldError("Too little"), new Error("secret")])("any other one gets its request's: %s", (error) => {
  const { message, reference } = inRequest(() => failureOf(error));
  expect(message).toMatch(/^(?:Too little|The request failed) \(reference /);
  expect(message).toContain(reference);
});
