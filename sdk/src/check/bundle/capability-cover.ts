import type { CapabilityName } from '../../manifest/capability-schemas.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { HostUse } from './host-uses.ts'

type Entry = Readonly<Record<string, unknown>>

/** Which one an entry is for; undefined: for any. */
const subjects: Partial<Readonly<Record<CapabilityName, (entry: Entry) => string | undefined>>> = {
  'service:call': ({ service }) => String(service).split('@')[0],
  'event:publish': ({ type }) => String(type),
  'secret:use': ({ name }) => String(name),
  'keys:sign': ({ usage }) => String(usage),
  'notify:send': ({ channel }) => String(channel),
  'link:share': ({ operation }) => String(operation),
}

function covers(capability: CapabilityName, entry: Entry, use: HostUse): boolean {
  const subject = subjects[capability]?.(entry)
  // What only a run can tell is not held against anybody.
  if (subject === undefined || use.wanted === undefined) return true
  if (subject !== withoutMajor(capability, use.wanted)) return false
  const { operations } = entry
  if (use.operation === undefined || !Array.isArray(operations)) return true
  return operations.includes(use.operation)
}

function withoutMajor(capability: CapabilityName, wanted: string): string {
  return capability === 'service:call' ? (wanted.split('@')[0] ?? wanted) : wanted
}

function entriesOf(manifest: Manifest, capability: CapabilityName): readonly Entry[] {
  return (manifest.capabilities?.[capability] ?? []) as readonly Entry[]
}

/** Whether a manifest asks for what a place uses. */
export function isCovered(manifest: Manifest, use: HostUse): boolean {
  return entriesOf(manifest, use.capability).some((entry) => covers(use.capability, entry, use))
}

/** Whether something uses what one entry of a manifest asks for, and what that is, for people. */
export function usedBy(
  manifest: Manifest,
  capability: CapabilityName,
  index: number,
  uses: readonly HostUse[],
): { readonly isUsed: boolean; readonly of: string } {
  const entry = entriesOf(manifest, capability)[index] ?? {}
  const subject = subjects[capability]?.(entry)
  return {
    isUsed: uses.some((use) => use.capability === capability && covers(capability, entry, use)),
    of: subject === undefined ? '' : ` ("${subject}")`,
  }
}
