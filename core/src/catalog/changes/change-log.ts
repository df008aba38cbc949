import { contractChanges } from '@signalbox/sdk/compatibility'
import semver from 'semver'
import type { ServiceVersion } from './change-log-store.ts'

export interface Release extends ServiceVersion {
  /** The next lower version of its plugin that has this major, or else the major before; undefined: it is the first. */
  readonly before: ServiceVersion | undefined
}

/** Each version beside the one it follows, the highest first. What came before is by number: a fix of an old line may come late. */
export function releasesOf(versions: readonly ServiceVersion[]): readonly Release[] {
  const sorted = versions.toSorted((a, b) => compareReleases(placeOf(a), placeOf(b)))
  return sorted.map((one, index) => ({
    ...one,
    before: predecessor(one, sorted.slice(index + 1)),
  }))
}

function predecessor(one: ServiceVersion, lower: readonly ServiceVersion[]) {
  const own = lower.filter(({ plugin }) => plugin === one.plugin)
  const isSame = ({ contract }: ServiceVersion) => contract.major === one.contract.major
  return own.find(isSame) ?? own.find(({ contract }) => contract.major < one.contract.major)
}

interface Place {
  readonly plugin: string
  readonly version: string
  /** Of one version the higher comes first. */
  readonly major: number
}

export function placeOf({ plugin, version, contract }: ServiceVersion): Place {
  return { plugin, version, major: contract.major }
}

/** Below 0: the first stands before the second in the log. */
export function compareReleases(a: Place, b: Place): number {
  return (
    semver.rcompare(a.version, b.version) ||
    (a.plugin < b.plugin ? -1 : Number(a.plugin > b.plugin)) ||
    b.major - a.major
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
    const { id, major } = now.contract
    const majors = `${before.contract.major} ${major}`
    const key = [now.plugin, id, majors, before.version, now.version].join('\0')
    const known = this.#kept.get(key) ?? contractChanges(before.contract, now.contract)
    this.#kept.delete(key)
    this.#kept.set(key, known)
    const oldest = this.#kept.size > MAX_KEPT ? this.#kept.keys().next().value : undefined
    if (oldest !== undefined) this.#kept.delete(oldest)
    return known
  }
}
