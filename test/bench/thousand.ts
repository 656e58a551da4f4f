import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** How many resources the program declares, the stack itself not counted. */
const RESOURCES = 1_000;
const PER_GROUP = 20;

/** The benched program: components with children that depend on each other, as a large environment has them. */
export default async function thousand(): Promise<{ names: pulumi.Output<string>[] }> {
  const groups = Array.from({ length: RESOURCES / PER_GROUP }, (_, index) => new Group(`group-${index}`));
  return { names: groups.map((group) => group.last) };
}

/** A component and its children: each has the one before it as an input. */
class Group extends pulumi.ComponentResource {
  readonly last: pulumi.Output<string>;

  constructor(name: string) {
    super("bench:index:Group", name);
    let previous = pulumi.output("first");
    for (let index = 0; index < PER_GROUP - 1; index++) {
      const pet = new random.RandomPet(`${name}-${index}`, { length: 3, prefix: previous }, { parent: this });
      previous = pet.id;
    }
    this.last = previous;
    this.registerOutputs({ last: this.last });
  }
}
