/** Names of what a package requires, by its name. */
export type Requirements = ReadonlyMap<string, readonly string[]>

/**
 * The shortest way by which a package comes back to itself over what it requires. Pure.
 * @returns its names, the first and the last of them the package; undefined: there is none
 */
export function requirementCycle(
  name: string,
  requires: readonly string[],
  others: Requirements,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>(requires.map((one) => [one, name]))
  const open = [...requires]
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (next === name) return wayTo(name, cameFrom)
    for (const further of others.get(next) ?? []) {
      if (cameFrom.has(further)) continue
      cameFrom.set(further, next)
      open.push(further)
    }
  }
  return undefined
}

function wayTo(name: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [name]
  for (let at = cameFrom.get(name); at !== undefined; at = cameFrom.get(at)) {
    way.unshift(at)
    if (at === name) return way
  }
  return way
}
