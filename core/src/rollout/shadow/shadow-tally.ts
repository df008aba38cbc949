/** The path of what a version tried to change in a call that only reads. */
export const WRITES = '(writes)'
/** Where more paths differ than are kept apart. */
export const OTHERS = '(others)'

const MAX_PATHS = 200
/** Host calls that were refused are told by name, these many of them. */
const MAX_NAMES = 16

/** One path over all compared calls. */
export interface PathTally {
  /** Calls in which the new version alone differed. */
  readonly calls: number
  /** Runs side by side in which only the new version differed from the answer, repeats included. */
  readonly canary: number
  /** The same of stable, run once more: the noise of the path. */
  readonly stable: number
}

/** Why a call that was drawn could not be compared. */
export const missedReasons = ['busy', 'full', 'large', 'unable'] as const
export type MissedReason = (typeof missedReasons)[number]

/** Plain data: kept as JSON, summed over nodes. */
export interface ShadowTally {
  readonly compared: number
  /** Of them, recorded calls. */
  readonly replayed: number
  readonly missed: Readonly<Record<MissedReason, number>>
  readonly paths: Readonly<Record<string, PathTally>>
  /** Host calls of the new version that were refused, by name. */
  readonly refused: Readonly<Record<string, number>>
}

export const emptyShadowTally: ShadowTally = Object.freeze({
  compared: 0,
  replayed: 0,
  missed: Object.freeze({ busy: 0, full: 0, large: 0, unable: 0 }),
  paths: Object.freeze({}),
  refused: Object.freeze({}),
})

/** Where each version, run side by side, differed from the answer that the caller had. */
export interface ComparedPair {
  readonly canary: ReadonlySet<string>
  readonly stable: ReadonlySet<string>
}

/** What only the first of two differs in. */
export function aloneIn(one: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] {
  return [...one].filter((path) => !other.has(path))
}

/** @param kind `repeat`: of a call that was compared before */
export function recordPair(
  tally: ShadowTally,
  { canary, stable }: ComparedPair,
  kind: 'live' | 'replay' | 'repeat',
): ShadowTally {
  const paths = new Map(Object.entries(tally.paths))
  const calls = kind === 'repeat' ? 0 : 1
  const add = (path: string, more: PathTally) => {
    const key = paths.has(path) || paths.size < MAX_PATHS ? path : OTHERS
    paths.set(key, sumOf(paths.get(key), more))
  }
  for (const path of aloneIn(canary, stable)) add(path, { calls, canary: 1, stable: 0 })
  for (const path of aloneIn(stable, canary)) add(path, { calls: 0, canary: 0, stable: 1 })
  return {
    ...tally,
    compared: tally.compared + calls,
    replayed: tally.replayed + (kind === 'replay' ? 1 : 0),
    paths: Object.fromEntries(paths),
  }
}

export function recordMissed(tally: ShadowTally, reason: MissedReason): ShadowTally {
  return { ...tally, missed: { ...tally.missed, [reason]: tally.missed[reason] + 1 } }
}

/** @param hostCall what a guest asked for: a name that can be none is left out */
export function recordRefused(tally: ShadowTally, hostCall: string): ShadowTally {
  if (!/^[a-z]+\.[a-zA-Z]{1,40}$/.test(hostCall)) return tally
  const before = tally.refused[hostCall]
  if (before === undefined && Object.keys(tally.refused).length >= MAX_NAMES) return tally
  return { ...tally, refused: { ...tally.refused, [hostCall]: (before ?? 0) + 1 } }
}

/** What two nodes saw together; in whatever order they are merged, the same. */
export function mergeShadowTallies(left: ShadowTally, right: ShadowTally): ShadowTally {
  const paths = new Map(Object.entries(left.paths))
  for (const [path, more] of Object.entries(right.paths)) {
    paths.set(path, sumOf(paths.get(path), more))
  }
  const refused = new Map(Object.entries(left.refused))
  for (const [name, count] of Object.entries(right.refused)) {
    refused.set(name, (refused.get(name) ?? 0) + count)
  }
  return {
    compared: left.compared + right.compared,
    replayed: left.replayed + right.replayed,
    missed: {
      busy: left.missed.busy + right.missed.busy,
      full: left.missed.full + right.missed.full,
      large: left.missed.large + right.missed.large,
      unable: left.missed.unable + right.missed.unable,
    },
    paths: Object.fromEntries(paths),
    refused: Object.fromEntries(refused),
  }
}

function sumOf(one: PathTally | undefined, more: PathTally): PathTally {
  if (one === undefined) return more
  return {
    calls: one.calls + more.calls,
    canary: one.canary + more.canary,
    stable: one.stable + more.stable,
  }
}
