import { type AnyNode, type Options, type Program, parse } from 'acorn'

export type ParsedScript =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly line: number; readonly reason: string }

/** Without places of nodes as lines: they would take as much memory again as all nodes. */
const options: Options = { ecmaVersion: 'latest', allowHashBang: false }

/** Reads a bundle as lanes do, as a script; where it is none, as a module. */
export function parseScript(code: string): ParsedScript {
  try {
    return { ok: true, program: parse(code, { ...options, sourceType: 'script' }) }
  } catch (error) {
    const asModule = moduleOf(code)
    return asModule ?? { ok: false, ...faultOf(error) }
  }
}

function moduleOf(code: string): ParsedScript | undefined {
  try {
    return { ok: true, program: parse(code, { ...options, sourceType: 'module' }) }
  } catch {
    return undefined
  }
}

/** Nesting that exhausts the stack is no syntax error, and no bundle either. */
function faultOf(error: unknown): { line: number; reason: string } {
  const { loc, message } = error as { readonly loc?: { readonly line: number }; message?: string }
  return { line: loc?.line ?? 1, reason: (message ?? 'it cannot be read').slice(0, 200) }
}

/** Puts the nodes below one behind a list: plain loops, as a bundle has a million of them. */
export function pushChildren(node: AnyNode, list: AnyNode[]): void {
  const fields = node as unknown as Readonly<Record<string, unknown>>
  for (const key in fields) {
    const value = fields[key]
    if (typeof value !== 'object' || value === null) continue
    if (!Array.isArray(value)) {
      if (isNode(value)) list.push(value)
      continue
    }
    for (const child of value as readonly unknown[]) {
      if (typeof child === 'object' && child !== null && isNode(child)) list.push(child)
    }
  }
}

/** A node and all below it, parents first; without recursion, as a bundle may be nested deeper than a stack is. */
export function nodesOf(root: AnyNode): readonly AnyNode[] {
  const nodes: AnyNode[] = [root]
  // The list grows while it is walked: what is behind the walk is still to be opened.
  for (let at = 0; at < nodes.length; at++) pushChildren(nodes[at] as AnyNode, nodes)
  return nodes
}

/** Tells the line of a place in a text, counted from 1. */
export function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (low + 1 < high) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

/** The text of a literal, or of a template without places. */
export function textOf(node: AnyNode | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? undefined
  }
  return undefined
}

/** The name of a property as it is written: `a.b`, `a['b']`, `{ b: … }`. */
export function keyOf(key: AnyNode, isComputed: boolean): string | undefined {
  if (!isComputed && key.type === 'Identifier') return key.name
  return textOf(key)
}

function isNode(value: object): value is AnyNode {
  return typeof (value as Partial<AnyNode>).type === 'string'
}
