import { type AnyNode, type Options, type Program, parse } from 'acorn'

export type ParsedScript =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly line: number; readonly reason: string }

const options: Options = { ecmaVersion: 'latest', locations: true, allowHashBang: false }

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

/** The nodes below one, in the order of the text. */
export function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) yield child
    }
  }
}

/** A node and all below it, parents first; without recursion, as a bundle may be nested deeper than a stack is. */
export function* nodesOf(root: AnyNode): Generator<AnyNode> {
  const open: AnyNode[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    open.push(...[...childrenOf(node)].reverse())
  }
}

export function lineOf(node: AnyNode): number {
  return node.loc?.start.line ?? 1
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

function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value
  )
}
