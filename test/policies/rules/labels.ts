import { goodContainer } from "../../support/policy-fixtures.ts";

/** The good container's labels with another value for one; `undefined` takes it away. */
export const labelsWith = (name: string, value: unknown) => [
  ...goodContainer.labels.filter((one) => one.label !== name),
  ...(value === undefined ? [] : [{ label: name, value }]),
];
