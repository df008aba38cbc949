import { createHash } from 'node:crypto'
import { type CapabilityRequest, capabilityRequests, type Manifest } from '@signalbox/sdk/manifest'

/** One capability a version asks for, with the hash that its grant is stored under. */
export interface RequestedCapability extends CapabilityRequest {
  readonly hash: string
}

export function requestedCapabilities(manifest: Manifest): readonly RequestedCapability[] {
  return capabilityRequests(manifest).map((request) => ({
    ...request,
    hash: capabilityHash(request.name, request.parameters),
  }))
}

/**
 * The identity of a grant: the capability and its parameters, in one order of keys, so that the same wish in
 * the next version needs no new consent, and a wider one is another hash.
 */
export function capabilityHash(name: string, parameters: unknown): string {
  return createHash('sha256')
    .update(`${name} ${canonicalJson(parameters)}`)
    .digest('hex')
}

/** What a tenant must still consent to before the version runs there. Optional wishes may stay open. */
export function missingConsent(
  manifest: Manifest,
  grantedHashes: ReadonlySet<string>,
): readonly RequestedCapability[] {
  return requestedCapabilities(manifest).filter(
    ({ optional, hash }) => !optional && !grantedHashes.has(hash),
  )
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
