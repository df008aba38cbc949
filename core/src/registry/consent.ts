import { createHash } from 'node:crypto'
import { type CapabilityRequest, capabilityRequests, type Manifest } from '@signalbox/sdk/manifest'
import { type Allowed, isGranted } from '@signalbox/sdk/permission-diff'

/** One capability a version asks for, with the hash that its grant is stored under. */
export interface RequestedCapability extends CapabilityRequest {
  readonly hash: string
}

export function requestedCapabilities(
  manifest: Pick<Manifest, 'capabilities'>,
): readonly RequestedCapability[] {
  return capabilityRequests(manifest).map((request) => ({
    ...request,
    hash: capabilityHash(request.name, request.parameters),
  }))
}

/**
 * The identity of a grant: the capability and its parameters, in one order of keys, so that the same wish in
 * the next version is one grant with it. Whether a grant is wide enough for a wish is not told by its hash.
 */
export function capabilityHash(name: string, parameters: unknown): string {
  return createHash('sha256')
    .update(`${name} ${canonicalJson(parameters)}`)
    .digest('hex')
}

/**
 * What a tenant must still consent to before the version runs there. Optional wishes may stay open, and what is no more
 * than was granted is granted: a version that asks for less applies at once.
 */
export function missingConsent(
  manifest: Pick<Manifest, 'capabilities'>,
  grants: readonly KnownGrant[],
): readonly RequestedCapability[] {
  return requestedCapabilities(manifest).filter(
    (wish) => !wish.optional && !isConsented(grants, wish),
  )
}

/** What of a grant says whether a wish was consented to. */
export type KnownGrant = Allowed & { readonly hash: string }

/**
 * The grant that was given for just this wish answers it, also where an admin narrowed it since: that was meant. Any
 * other has to be as wide.
 */
export function isConsented(grants: readonly KnownGrant[], wish: RequestedCapability): boolean {
  return grants.some(({ hash }) => hash === wish.hash) || isGranted(grants, wish)
}

/** JSON with sorted keys (the part of RFC 8785 that manifests need: their numbers are integers). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`)
  return `{${entries.join(',')}}`
}
