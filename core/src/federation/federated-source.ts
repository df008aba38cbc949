import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { PackageSource, PackageVersions } from '../registry/package-source.ts'
import type { MirrorService } from './mirror-service.ts'
import type { MirrorStore } from './mirror-store.ts'
import { scopeOf } from './scope-of.ts'

interface Ports {
  /** What this host has the bytes of: what was published here, and what was mirrored. */
  readonly here: PackageSource
  readonly store: Pick<MirrorStore, 'mirroredVersions' | 'withdrawnVersions'>
  readonly mirrors: Pick<MirrorService, 'sourceOf' | 'offer' | 'heardOf' | 'take' | 'keysOf'>
}

const host: Caller = { actor: 'host', traceId: null }

/**
 * Where the host installs from. Each name has one place, which its scope's binding alone says: a higher version, or any
 * version, somewhere else is never looked for.
 */
export function federatedSource({ here, store, mirrors }: Ports): PackageSource {
  /** Brings what is asked for here first. */
  const brought = async (name: string, version: string): Promise<void> => {
    const from = await mirrors.sourceOf(name)
    if (from !== undefined) await mirrors.take(host, from, name, version)
  }
  return {
    async versions(name) {
      const from = await mirrors.sourceOf(name)
      if (from !== undefined) {
        // What was yanked or blocked here is not brought back by what they say.
        return mirrors.offer(from, name, new Set(await store.withdrawnVersions(name)))
      }
      const scope = scopeOf(name)
      const all = await here.versions(name)
      if (scope === undefined || all === undefined) {
        if (scope !== undefined) throw unbound(name, scope)
        return all
      }
      // The bytes of a scope that was unbound are here still, and come from nowhere now.
      const own = ownOf(all, await store.mirroredVersions(name))
      if (own.versions.length === 0) throw unbound(name, scope)
      return own
    },
    async withdrawn(name, version) {
      const own = await here.withdrawn(name, version)
      const from = own === undefined ? await mirrors.sourceOf(name) : undefined
      if (from === undefined) return own
      const told = await mirrors.heardOf(from, name, version)
      if (told?.state !== 'yanked' && told?.state !== 'blocked') return undefined
      return { state: told.state, reason: told.reason ?? '' }
    },
    async keyRevokedAt(name, version) {
      const from = await mirrors.sourceOf(name)
      if (from === undefined) return here.keyRevokedAt(name, version)
      const told = (await mirrors.heardOf(from, name, version))?.keyRevokedAt
      return told === undefined ? undefined : new Date(told)
    },
    async manifest(name, version) {
      const there = await here.manifest(name, version)
      if (there !== undefined) return there
      await brought(name, version)
      return here.manifest(name, version)
    },
    async fetch(name, version) {
      await brought(name, version)
      return here.fetch(name, version)
    },
    async keys(name) {
      const from = await mirrors.sourceOf(name)
      return from === undefined ? here.keys(name) : mirrors.keysOf(from)
    },
  }
}

function ownOf(
  { versions, distTags }: PackageVersions,
  mirrored: readonly string[],
): PackageVersions {
  const isOwn = (version: string) => !mirrored.includes(version)
  const tags = Object.entries(distTags).filter(([, version]) => isOwn(version))
  return { versions: versions.filter(isOwn), distTags: Object.fromEntries(tags) }
}

/** A scope that is nobody's is told as such: the name may be one that an attacker takes somewhere. */
function unbound(plugin: string, scope: string) {
  return coreErrors.create('SCOPE_UNBOUND', { plugin, scope })
}
