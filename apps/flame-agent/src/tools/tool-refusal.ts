import { ToldError } from "../failures/index.ts";

/** A call that a tool can't do as it was asked; its words are for the model, which may ask otherwise. */
export class ToolRefusal extends ToldError {}
