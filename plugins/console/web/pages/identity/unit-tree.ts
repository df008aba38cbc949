import type { Unit } from './identity.ts'

export interface UnitNode extends Unit {
  readonly children?: readonly UnitNode[]
}

/** Units below the one that they belong to, by name. One whose parent is not among them stands at the top. Pure. */
export function unitTree(units: readonly Unit[]): readonly UnitNode[] {
  const known = new Set(units.map(({ id }) => id))
  const below = new Map<string | null, Unit[]>()
  for (const unit of units) {
    const parent = unit.parent !== null && known.has(unit.parent) ? unit.parent : null
    below.set(parent, [...(below.get(parent) ?? []), unit])
  }
  const nodesBelow = (parent: string | null): UnitNode[] =>
    (below.get(parent) ?? [])
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .map((unit) => {
        const children = nodesBelow(unit.id)
        return children.length === 0 ? unit : { ...unit, children }
      })
  return nodesBelow(null)
}

/** The unit itself and all below it: into none of them it can be moved. Pure. */
export function withBelow(units: readonly Unit[], id: string): ReadonlySet<string> {
  const found = new Set([id])
  let before = 0
  while (found.size > before) {
    before = found.size
    for (const unit of units) if (unit.parent !== null && found.has(unit.parent)) found.add(unit.id)
  }
  return found
}
