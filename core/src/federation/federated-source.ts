import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import type { PackageSource } from '../registry/package-source.ts'
import type { MirrorService } from './mirror-service.ts'
import { scopeOf } from './scope-of.ts'

interface Ports {
  /** What this host has the bytes of: what was published here, and what was mirrored. */
  readonly here: PackageSource
  readonly mirrors: Pick<MirrorService, 'sourceOf' | 'offer' | 'heardOf' | 'take' | 'keysOf'>
}

const host: Caller = { actor: 'host', traceId: null }

/**
 * Where the host installs from. Each name has one place, which its scope's binding alone says: a higher version, or any
 * version, somewhere else is never looked for.
 */
export function federatedSource({ here, mirrors }: Ports): PackageSource {
  /** Brings what is asked for here first. */
  const brought = async (name: string, version: string): Promise<void> => {
    const from = await mirrors.sourceOf(name)
    if (from !== undefined) await mirrors.take(host, from, name, version)
  }
  return {
    async versions(name) {
      const from = await mirrors.sourceOf(name)
      if (from !== undefined) return mirrors.offer(from, name)
      const own = await here.versions(name)
      if (own === undefined) requireScope(name)
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
    async manifest(name, version) {
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

/** A scope that is nobody's is told as such: the name may be one that an attacker takes somewhere. @throws CORE_SCOPE_UNBOUND */
function requireScope(plugin: string): void {
  const scope = scopeOf(plugin)
  if (scope !== undefined) throw coreErrors.create('SCOPE_UNBOUND', { plugin, scope })
}
