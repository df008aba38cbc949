/** A company's plants, departments and teams are five or six deep; beyond this somebody has imported a list as a chain. */
export const MAX_DEPTH = 32

/** Parent by unit; null: at the top. */
export type Parents = ReadonlyMap<string, string | null>

export type MoveFault = 'cycle' | 'too-deep'

/** What keeps a unit, new or moved with all below it, from standing below a parent. */
export function moveFault(
  parents: Parents,
  unit: string,
  parent: string | null,
): MoveFault | undefined {
  const above = parent === null ? [] : pathOf(parents, parent)
  if (above.includes(unit)) return 'cycle'
  return above.length + heightOf(parents, unit) > MAX_DEPTH ? 'too-deep' : undefined
}

/** From a unit up to the top. Ends even where the rows had a cycle. */
export function pathOf(parents: Parents, unit: string): string[] {
  const path: string[] = []
  for (let at: string | null = unit; at !== null && !path.includes(at); ) {
    path.push(at)
    at = parents.get(at) ?? null
  }
  return path
}

/** A unit and all below it. */
export function subTree(parents: Parents, root: string): ReadonlySet<string> {
  const children = childrenOf(parents)
  const found = new Set([root])
  for (const one of found) for (const child of children.get(one) ?? []) found.add(child)
  return found
}

function heightOf(parents: Parents, root: string): number {
  const children = childrenOf(parents)
  let height = 0
  const seen = new Set<string>()
  for (let level = [root]; level.length > 0; height++) {
    for (const one of level) seen.add(one)
    level = level.flatMap((one) => children.get(one) ?? []).filter((one) => !seen.has(one))
  }
  return height
}

function childrenOf(parents: Parents): ReadonlyMap<string, string[]> {
  const children = new Map<string, string[]>()
  for (const [unit, parent] of parents) {
    if (parent === null) continue
    const known = children.get(parent)
    if (known === undefined) children.set(parent, [unit])
    else known.push(unit)
  }
  return children
}
