/** A node of libpg-query's tree: plain JSON. Wrapped nodes are `{ Kind: { … } }`, nested ones bare. */
export type SqlNode = { readonly [key: string]: unknown }

/** Every object of the tree, in the order of the text. Without recursion: the depth is the author's choice. */
export function* nodesOf(tree: unknown): Generator<SqlNode> {
  const pending = [tree]
  while (pending.length > 0) {
    const value = pending.pop()
    if (isNode(value)) yield value
    if (typeof value === 'object' && value !== null) pending.push(...Object.values(value).reverse())
  }
}

export function isNode(value: unknown): value is SqlNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `{ SelectStmt: { … } }` as its kind and its fields. */
export function unwrap(node: unknown): { kind: string; fields: SqlNode } | undefined {
  if (!isNode(node)) return undefined
  const [entry] = Object.entries(node)
  if (!entry || !isNode(entry[1])) return undefined
  return { kind: entry[0], fields: entry[1] }
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A list of `String` nodes, as names with dots are kept. */
export function wordsOf(value: unknown): readonly string[] {
  return listOf(value).map((item) => {
    const word = unwrap(item)
    return word?.kind === 'String' ? String(word.fields['sval'] ?? '') : ''
  })
}
