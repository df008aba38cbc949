import { contractChanges } from '@signalbox/sdk/compatibility'
import semver from 'semver'
import type { ServiceVersion } from './change-log-store.ts'

export interface Release extends ServiceVersion {
  /** The next lower version of its plugin that is installed; undefined: it is the first. */
  readonly before: ServiceVersion | undefined
}

/** Each version beside the one it follows, the highest first. What came before is by number: a fix of an old line may come late. */
export function releasesOf(versions: readonly ServiceVersion[]): readonly Release[] {
  const sorted = versions.toSorted(compareReleases)
  return sorted.map((one, index) => ({
    ...one,
    before: sorted.slice(index + 1).find(({ plugin }) => plugin === one.plugin),
  }))
}

interface Place {
  readonly plugin: string
  readonly version: string
}

/** Below 0: the first stands before the second in the log. */
export function compareReleases(a: Place, b: Place): number {
  return (
    semver.rcompare(a.version, b.version) ||
    (a.plugin < b.plugin ? -1 : Number(a.plugin > b.plugin))
  )
}

type Changes = ReturnType<typeof contractChanges>

/** More pairs than are looked at again and again. */
const MAX_KEPT = 500

/** What differs between two versions. A version is never given twice, so what was found once stays true. */
export class ChangeComparer {
  readonly #kept = new Map<string, Changes>()

  between({ before, ...now }: Release): Changes {
    if (before === undefined) return []
    const key = [now.plugin, now.contract.id, before.version, now.version].join('\0')
    const known = this.#kept.get(key) ?? contractChanges(before.contract, now.contract)
    this.#kept.delete(key)
    this.#kept.set(key, known)
    const oldest = this.#kept.size > MAX_KEPT ? this.#kept.keys().next().value : undefined
    if (oldest !== undefined) this.#kept.delete(oldest)
    return known
  }
}
