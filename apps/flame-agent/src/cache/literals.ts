/** Words that turn a question into its opposite, in languages that answer in Latin letters. */
const NEGATIONS = new Set(
  "not no never without none nor neither cannot except unless nicht kein keine ohne nie pas sans jamais non mai senza nunca sin nao sem".split(
    " ",
  ),
);

/**
 * What two questions must have in common to the letter, however alike they are otherwise: numbers, negations, and
 * what stands in quotes or backticks. An embedding puts "30 days" and "90 days" close together; their answers differ.
 */
export function literalsOf(question: string): string {
  const quoted = [...question.matchAll(/"([^"]+)"|“([^“”]+)”|«([^«»]+)»|`([^`]+)`/g)].map(
    (found) => `"${found.slice(1).find((text) => text !== undefined)}"`,
  );
  const plain = question.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const numbers = plain.match(/\d+(?:[.,:/-]\d+)*/g) ?? [];
  const words = plain.match(/\p{L}+(?:['’]\p{L}+)?/gu) ?? [];
  const negations = words.filter((word) => NEGATIONS.has(word) || /n['’]t$/.test(word)).map(() => "not");
  return [...quoted, ...numbers, ...negations].sort().join(" ");
}
