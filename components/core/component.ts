import * as pulumi from "@pulumi/pulumi";
import { childName } from "./naming.ts";

/** Changes a child's arguments or options just before it is made: the way out where a setting is missing. */
export type Transform<Arguments> = (
  args: Arguments,
  options: pulumi.CustomResourceOptions,
) => { args: Arguments; options: pulumi.CustomResourceOptions };

/** What a child's constructor is called with. */
type Construct<Arguments, Child> = (name: string, args: Arguments, options: pulumi.CustomResourceOptions) => Child;

/** Base of every component: type token, child naming and the `transform` of each child. */
export abstract class BlueprintComponent extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #keeps: string[] = [];

  /** Names of the children whose data outlive the environment: an output, by which policies judge what was made of them. */
  protected get keeps(): readonly string[] {
    return this.#keeps;
  }

  /** `type` is the token's last two parts, such as `topology:LocalPodman`. */
  constructor(type: string, name: string, options?: pulumi.ComponentResourceOptions) {
    super(`blueprint:${type}`, name, {}, options);
    this.#name = name;
  }

  /** Makes a child named after this component, parented to it, after the user's transform has seen it. */
  protected child<Arguments, Child>(
    name: string,
    construct: Construct<Arguments, Child>,
    args: Arguments,
    options: pulumi.CustomResourceOptions = {},
    transform?: Transform<Arguments>,
  ): Child {
    const own = { ...options, parent: this };
    if (options.protect) this.#keeps.push(childName(this.#name, name));
    const final = transform ? transform(args, own) : { args, options: own };
    return construct(childName(this.#name, name), final.args, final.options);
  }
}
