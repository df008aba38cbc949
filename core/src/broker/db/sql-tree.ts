/** A node of libpg-query's tree: plain JSON. Wrapped nodes are `{ Kind: { … } }`, nested ones bare. */
export type SqlNode = { readonly [key: string]: unknown }

/** Every object of the tree, outermost first. */
export function* nodesOf(tree: unknown): Generator<SqlNode> {
  if (Array.isArray(tree)) {
    for (const item of tree) yield* nodesOf(item)
  } else if (isNode(tree)) {
    yield tree
    for (const value of Object.values(tree)) {
      if (typeof value === 'object') yield* nodesOf(value)
    }
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
