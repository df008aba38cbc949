import { capabilityRequests, type Manifest, runtimeLimits } from '../manifest/manifest.ts'
import { covers } from './covers.ts'

type Parameters = Readonly<Record<string, unknown>>

export type Widening = 'wider' | 'narrower' | 'same'

/** One thing that a version may do, beside what was allowed before. */
export interface PermissionChange {
  readonly kind: 'capability' | 'tier' | 'limit'
  /** A capability's name, `tier`, or a limit such as `heapMb`. */
  readonly name: string
  readonly change: Widening
  /** Null: it was not asked for before, or was not granted. */
  readonly before: unknown
  /** Null: it is not asked for any more. */
  readonly after: unknown
  /** The version copes without. */
  readonly optional: boolean
  /** As its author says it; of what is asked for now. */
  readonly why: Readonly<Record<string, string>>
}

export interface PermissionDiff {
  /** Something is wider: it takes somebody's consent. */
  readonly isWider: boolean
  readonly changes: readonly PermissionChange[]
}

/** What was allowed: by a manifest, or by what somebody granted. */
export interface Allowed {
  readonly capability: string
  readonly parameters: Parameters
  readonly optional?: boolean
}

/**
 * What a version may do beside another one of the plugin. Pure. What it is not known for sure to be covered by is wider:
 * a wrong "wider" costs a question, a wrong "same" costs a leak.
 * @param before undefined: there was none, and all is new
 */
export function permissionDiff(before: Manifest | undefined, after: Manifest): PermissionDiff {
  const allowed = before === undefined ? [] : requestsOf(before)
  return diffOf([
    ...tierChange(before, after),
    ...limitChanges(before, after),
    ...capabilityChanges(allowed, after),
  ])
}

/** What a version asks for beside what a tenant granted; tier and limits are nobody's to grant. Pure. */
export function grantDiff(granted: readonly Allowed[], after: Manifest): PermissionDiff {
  return diffOf(capabilityChanges(granted, after))
}

/** Whether one of the grants allows all that the wish asks for: then nobody has to be asked. Pure. */
export function isGranted(
  granted: readonly Allowed[],
  wish: { readonly name: string; readonly parameters: Parameters },
): boolean {
  return granted.some(
    ({ capability, parameters }) =>
      capability === wish.name &&
      (isSame(parameters, wish.parameters) || covers(wish.name, parameters, wish.parameters)),
  )
}

function diffOf(changes: readonly PermissionChange[]): PermissionDiff {
  return { isWider: changes.some(({ change }) => change === 'wider'), changes }
}

function requestsOf(manifest: Manifest): readonly Allowed[] {
  return capabilityRequests(manifest).map(({ name, parameters, optional }) => ({
    capability: name,
    parameters,
    optional,
  }))
}

function capabilityChanges(allowed: readonly Allowed[], after: Manifest): PermissionChange[] {
  const left = new Set(allowed)
  const changes = capabilityRequests(after).map((wish): PermissionChange => {
    const ofName = allowed.filter(({ capability }) => capability === wish.name)
    const same = ofName.find(({ parameters }) => isSame(parameters, wish.parameters))
    const wide = same ?? ofName.find((one) => covers(wish.name, one.parameters, wish.parameters))
    // Shown beside what is wider: which of the old ones it most likely was.
    const old = wide ?? ofName.find((one) => left.has(one))
    if (old !== undefined) left.delete(old)
    const becameRequired = old?.optional === true && !wish.optional
    const change = wide === undefined || becameRequired ? 'wider' : same ? 'same' : 'narrower'
    return {
      kind: 'capability',
      name: wish.name,
      change,
      before: old?.parameters ?? null,
      after: wish.parameters,
      optional: wish.optional,
      why: wish.why,
    }
  })
  const gone = [...left].map(({ capability, parameters, optional = false }) => ({
    ...({ kind: 'capability', name: capability, change: 'narrower' } as const),
    ...{ before: parameters, after: null, optional, why: {} },
  }))
  return [...changes, ...gone]
}

/** The further to the right, the more it can do. */
const tiers = ['declarative', 'sandbox', 'trusted'] as const

function tierChange(before: Manifest | undefined, after: Manifest): PermissionChange[] {
  const [old, now] = [before?.runtime.tier, after.runtime.tier]
  const rank = (tier: (typeof tiers)[number] | undefined) =>
    tier === undefined ? -1 : tiers.indexOf(tier)
  return old === now ? [] : [numbered('tier', 'tier', [old, now], rank(now) - rank(old))]
}

function limitChanges(before: Manifest | undefined, after: Manifest): PermissionChange[] {
  if (before === undefined) return []
  const [old, now] = [runtimeLimits(before), runtimeLimits(after)]
  const names = Object.keys(now) as (keyof typeof now)[]
  return names
    .filter((name) => old[name] !== now[name])
    .map((name) => numbered('limit', name, [old[name], now[name]], now[name] - old[name]))
}

function numbered(
  kind: 'tier' | 'limit',
  name: string,
  [before = null, after = null]: readonly unknown[],
  more: number,
): PermissionChange {
  const change = more > 0 ? 'wider' : 'narrower'
  return { kind, name, change, before, after, optional: false, why: {} }
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return one === other
  }
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.every((key) => isSame((one as Parameters)[key], (other as Parameters)[key]))
  )
}
