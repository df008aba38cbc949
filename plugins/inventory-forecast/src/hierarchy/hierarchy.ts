import { Refusal } from '@signalbox/sdk'

/** One series of a hierarchy: a total, a region, an item. */
export interface HierarchyNode {
  readonly id: string
  /** The node that this one adds to; the top has none. */
  readonly parent?: string
  /** Forecasts made for this node alone. */
  readonly mean: readonly number[]
  /** One-step errors of those forecasts in the past, actual minus forecast, oldest first; for `mint`. */
  readonly residuals?: readonly number[]
  /** Past demand, oldest first; for the proportions of `top-down`. */
  readonly history?: readonly number[]
}

/** Nodes in their order, and which leaves add to each. */
export interface Hierarchy {
  readonly nodes: readonly HierarchyNode[]
  readonly leaves: readonly number[]
  /** For each node the places of its leaves in `leaves`. */
  readonly sums: readonly (readonly number[])[]
}

/** Reads the tree, or refuses what is none: every node under one top, no circle, forecasts of one length. */
export function hierarchyOf(nodes: readonly HierarchyNode[]): Hierarchy {
  const byId = new Map(nodes.map((node, i) => [node.id, i]))
  if (byId.size < nodes.length) refuse('Two nodes have the same id.')
  if (new Set(nodes.map(({ mean }) => mean.length)).size > 1) {
    refuse('The forecasts of the nodes differ in length.')
  }
  const parents = nodes.map(({ id, parent }) => {
    if (parent === undefined) return undefined
    return byId.get(parent) ?? refuse(`The parent "${parent}" of "${id}" is not among the nodes.`)
  })
  if (parents.filter((parent) => parent === undefined).length !== 1) {
    refuse('A hierarchy has one top: exactly one node without a parent.')
  }
  const inner = new Set(parents)
  const leaves = nodes.flatMap((_, i) => (inner.has(i) ? [] : [i]))
  const sums: number[][] = nodes.map(() => [])
  for (const [place, leaf] of leaves.entries()) {
    for (const node of pathUp(leaf, parents)) sums[node]?.push(place)
  }
  if (sums.some((own) => own.length === 0)) refuse('The parents go in a circle.')
  return { nodes, leaves, sums }
}

/** What the nodes come to when the leaves are these: sums are exact by construction. */
export function addedUp({ sums }: Hierarchy, leaves: readonly number[]): number[] {
  return sums.map((own) => own.reduce((sum, place) => sum + (leaves[place] as number), 0))
}

function pathUp(leaf: number, parents: readonly (number | undefined)[]): number[] {
  const path: number[] = []
  for (let node: number | undefined = leaf; node !== undefined; node = parents[node]) {
    if (path.length > parents.length) refuse('The parents go in a circle.')
    path.push(node)
  }
  return path
}

function refuse(message: string): never {
  throw new Refusal('HIERARCHY_INVALID', `${message} Give a tree: each node's parent by its id.`)
}
