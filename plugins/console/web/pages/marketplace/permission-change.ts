import type { SomeText, Wish } from './package.ts'

/** One thing that a version may do, beside what was allowed before; as the host tells it. */
export interface PermissionChange {
  readonly kind: 'capability' | 'tier' | 'limit'
  readonly name: string
  readonly change: 'wider' | 'narrower' | 'same'
  readonly before: unknown
  readonly after: unknown
  readonly optional: boolean
  readonly why: SomeText
}

export interface PermissionDiff {
  readonly isWider: boolean
  readonly changes: readonly PermissionChange[]
}

/** In words that a person asks by: is it new, does it reach further, less far, is it gone. */
export type Reach = 'added' | 'widened' | 'narrowed' | 'removed' | 'same'

/** Loud things first. */
const ORDER: readonly Reach[] = ['added', 'widened', 'narrowed', 'removed', 'same']

export function reachOf({ change, before, after }: PermissionChange): Reach {
  if (change === 'same') return 'same'
  if (change === 'wider') return before === null ? 'added' : 'widened'
  return after === null ? 'removed' : 'narrowed'
}

/** Pure. */
export function inOrderOfReach(changes: readonly PermissionChange[]): readonly PermissionChange[] {
  return changes.toSorted((a, b) => ORDER.indexOf(reachOf(a)) - ORDER.indexOf(reachOf(b)))
}

/** Parameters of a power, or a number of a limit, in one line; empty: none. */
export function allowedText(allowed: unknown): string {
  if (allowed === null || allowed === undefined) return ''
  if (typeof allowed !== 'object') return String(allowed)
  return Object.entries(allowed)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : plain(value)}`)
    .join(' · ')
}

function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

interface Granted {
  readonly capability: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/**
 * What a version asks for beside what the tenant granted. Whatever was not granted in just these words counts as wider: a
 * question too many costs less than a power too many, and the host looks again. Pure.
 */
export function besideGrants(
  wishes: readonly Wish[],
  granted: readonly Granted[],
): readonly PermissionChange[] {
  const left = new Set(granted)
  const asked = wishes.map(({ name, parameters, optional, why }): PermissionChange => {
    const ofName = granted.filter(({ capability }) => capability === name)
    const same = ofName.find((one) => isSame(one.parameters, parameters))
    if (same !== undefined) left.delete(same)
    return {
      kind: 'capability',
      name,
      change: same === undefined ? 'wider' : 'same',
      before: same?.parameters ?? null,
      after: parameters,
      optional,
      why,
    }
  })
  const gone = [...left].map(
    ({ capability, parameters }): PermissionChange => ({
      kind: 'capability',
      name: capability,
      change: 'narrower',
      before: parameters,
      after: null,
      optional: false,
      why: {},
    }),
  )
  return [...asked, ...gone]
}

/** Names of powers that are not granted yet and that the version cannot do without. */
export function missingIn(changes: readonly PermissionChange[]): readonly string[] {
  const missing = changes.filter(({ change, optional }) => change === 'wider' && !optional)
  return [...new Set(missing.map(({ name }) => name))]
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return one === other
  }
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return (
    Array.isArray(one) === Array.isArray(other) &&
    [...names].every((name) =>
      isSame((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
    )
  )
}
