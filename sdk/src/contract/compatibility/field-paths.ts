import { pointerTo, unescapeToken } from '../../schema/json-pointer.ts'
import { valueNodes } from './branches.ts'
import { matches } from './parts-of-objects.ts'
import {
  isKeywords,
  type Keywords,
  type Node,
  nodesBelow,
  nodesByName,
  originOf,
} from './schema-node.ts'

/** Whatever a schema says of the values at one place of a payload. */
export interface Field {
  readonly pointer: string
  readonly nodes: readonly Keywords[]
}

/**
 * Every place that a schema declares, in the words in which a contract names places: `/rows/[]/readAt`; `[]` is every
 * item of a list, `*` every property whose name is not given. The payload itself is the empty path.
 */
export function fieldsOf(schema: Node, pointer: string): ReadonlyMap<string, Field> {
  const fields = new Map<string, { pointer: string; nodes: Keywords[] }>()
  const visit = (node: Node, path: string, at: string) => {
    if (node === false) return
    const nodes = valueNodes(node)
    const known = fields.get(path)
    if (known === undefined) fields.set(path, { pointer: at, nodes: [...nodes] })
    else known.nodes.push(...nodes)
    for (const part of nodes) {
      for (const [step, child] of below(part)) {
        visit(child, `${path}/${step}`, originOf(child) ?? pointerTo(at, step))
      }
    }
  }
  visit(schema, '', pointer)
  return fields
}

/** Places of `old` that `now` declares no more, the outermost only; what a map of any names holds is still there. */
export function lostFields(
  old: ReadonlyMap<string, Field>,
  now: ReadonlyMap<string, Field>,
): readonly string[] {
  return [...old.keys()].filter((path) => {
    if (path === '' || now.has(path)) return false
    const slash = path.lastIndexOf('/')
    const step = path.slice(slash + 1)
    if (step === '[]' || step === '*') return false
    const parent = now.get(path.slice(0, slash))
    const name = unescapeToken(step)
    return parent !== undefined && !parent.nodes.some((node) => takesAsOther(node, name))
  })
}

function below(part: Keywords): [string, Node][] {
  const named = [...nodesByName(part, 'properties')].map(([name, node]): [string, Node] => [
    pointerTo('', name).slice(1),
    node,
  ])
  const others = [part['additionalProperties'], ...nodesByName(part, 'patternProperties').values()]
  const items = [part['items'], part['contains'], ...nodesBelow(part, 'prefixItems')]
  const isSchema = (node: unknown): node is Keywords => isKeywords(node)
  return [
    ...named,
    ...others.filter(isSchema).map((node): [string, Node] => ['*', node]),
    ...items.filter(isSchema).map((node): [string, Node] => ['[]', node]),
  ]
}

function takesAsOther(node: Keywords, name: string): boolean {
  if (isKeywords(node['additionalProperties'])) return true
  return [...nodesByName(node, 'patternProperties').keys()].some((pattern) =>
    matches(pattern, name),
  )
}
