import { type ContractChange, changeOf, schemaChangeOf } from './change.ts'
import { shown, TooComplex } from './comparison.ts'
import { type Field, fieldsOf, lostFields } from './field-paths.ts'
import { canonicalData, isKeywords, type Keywords, type Node, writtenOut } from './schema-node.ts'
import { reasonsAgainst } from './within.ts'

/**
 * What became of a schema, for those on its other side: of an input, the new one must take all that the old one took;
 * of an output, the new one must promise no less.
 *
 * Two rules of the field beside what schemas say (decision 0024): a name that neither declares nor speaks of was not
 * promised, so that a field may be added under it; and readers pass over fields that they do not know, so that an
 * answer whose schema is closed may grow.
 * @param pointer where the schema stands in the contract
 */
export function schemaChanges(
  old: unknown,
  now: unknown,
  { side, pointer }: { readonly side: 'input' | 'output'; readonly pointer: string },
): readonly ContractChange[] {
  const before = writtenOut(old, pointer)
  const after = writtenOut(now, pointer)
  const [earlier, later] = [fieldsOf(before, pointer), fieldsOf(after, pointer)]
  const fields = fieldChanges(earlier, later, side)
  const judged = [
    ...fields,
    ...judgedChanges(before, after, { side, pointer }).map((change) => ({
      ...change,
      field: fieldAt(change.pointer, [...later, ...earlier]),
    })),
  ]
  const known = new Set(judged.map(({ pointer: at, kind }) => `${at} ${kind}`))
  // A field that is gone is told once, by its name.
  const changes = judged.filter(({ pointer: at, kind, rule }, index) => {
    const isRule = fields.length <= index && (rule === 'property' || rule === 'value')
    return !(isRule && fields.some((field) => field.pointer === at && field.kind === kind))
  })
  if (known.size > 0 || canonicalData(old ?? true) === canonicalData(now ?? true)) return changes
  return [changeOf('schema-reworded', pointer, {}, side)]
}

function judgedChanges(
  before: Node,
  after: Node,
  { side, pointer: at }: { readonly side: 'input' | 'output'; readonly pointer: string },
): readonly ContractChange[] {
  const isInput = side === 'input'
  try {
    const breaking = isInput
      ? reasonsAgainst(before, after, { isWideNew: true, at })
      : reasonsAgainst(after, opened(before), { isWideNew: false, at })
    const additive = isInput
      ? reasonsAgainst(after, before, { isWideNew: false, at })
      : reasonsAgainst(before, after, { isWideNew: true, at })
    const wrong = breaking.map((reason) =>
      schemaChangeOf(reason, side, isInput ? 'tighter' : 'wider'),
    )
    const isWrong = new Set(wrong.map(({ pointer, rule }) => `${pointer} ${rule}`))
    // What can be shown in neither direction is told once.
    const harmless = additive
      .map((reason) => schemaChangeOf(reason, side, isInput ? 'wider' : 'tighter'))
      .filter(({ pointer, rule }) => !isWrong.has(`${pointer} ${rule}`))
      .map(({ isUndecided: _, ...change }) => change)
    return [...wrong, ...harmless]
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error
    return [changeOf('too-complex', at, {}, side)]
  }
}

function fieldChanges(
  before: ReadonlyMap<string, Field>,
  after: ReadonlyMap<string, Field>,
  side: 'input' | 'output',
): readonly ContractChange[] {
  const pointerOf = (path: string) => (after.get(path) ?? before.get(path))?.pointer ?? ''
  const told = (rule: 'removed' | 'added') => (path: string) =>
    ({ ...changeOf(`${side}-${rule}`, pointerOf(path), { name: path }), field: path }) as const
  return [
    ...lostFields(before, after).map(told('removed')),
    ...lostFields(after, before).map(told('added')),
    ...(side === 'input' ? defaultChanges(before, after) : []),
  ]
}

/** The field that a pointer leads to or into. */
function fieldAt(pointer: string, fields: readonly (readonly [string, Field])[]): string {
  let [found, length] = ['', -1]
  for (const [path, field] of fields) {
    const isInside = pointer === field.pointer || pointer.startsWith(`${field.pointer}/`)
    if (isInside && field.pointer.length > length) [found, length] = [path, field.pointer.length]
  }
  return found
}

/** What leaving out a field means is a promise as well, though no check can see it. */
function defaultChanges(
  before: ReadonlyMap<string, Field>,
  after: ReadonlyMap<string, Field>,
): readonly ContractChange[] {
  return [...after].flatMap(([name, field]) => {
    const old = before.get(name)
    if (old === undefined) return []
    const [was, is] = [defaultOf(old), defaultOf(field)]
    if (canonicalData(was) === canonicalData(is)) return []
    const words = { name, from: shown(was?.[0]), to: shown(is?.[0]) }
    const rule =
      was === undefined ? 'default-added' : is === undefined ? 'default-removed' : 'default-changed'
    return [{ ...changeOf(rule, field.pointer, words), field: name }]
  })
}

function defaultOf({ nodes }: Field): readonly [unknown] | undefined {
  const node = nodes.find((part) => 'default' in part)
  return node === undefined ? undefined : [node['default']]
}

/** The schema to those who pass over fields that they do not know; what must not be is left as it is. */
function opened(node: Node): Node {
  return open(node) as Node
}

const closedWords: ReadonlySet<string> = new Set(['not', 'if', 'enum', 'const', 'default'])

function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open)
  if (!isKeywords(value)) return value
  const entries = Object.entries(value as Keywords)
    .filter(([keyword, child]) => !(keyword === 'additionalProperties' && child === false))
    .map(([keyword, child]) => [keyword, closedWords.has(keyword) ? child : open(child)])
  return Object.fromEntries(entries)
}
