import type { ReleaseSource } from '../updates/outlook-reader.ts'
import type { MirrorService } from './mirror-service.ts'
import { absenceOf, type Standing, unlistedName } from './wanted-version.ts'

/**
 * The releases of a package for automatic updates: of one that comes from elsewhere, with those that are not here yet. One
 * is as old as its marketplace has told of it, whenever it came here.
 */
export function federatedReleases(
  here: ReleaseSource,
  mirrors: Pick<MirrorService, 'sourceOf' | 'standing'>,
): ReleaseSource {
  const standingOf = async (name: string): Promise<Standing | undefined> => {
    const from = await mirrors.sourceOf(name)
    return from && mirrors.standing(from, name)
  }
  return {
    minimumReleaseAgeHours: () => here.minimumReleaseAgeHours(),
    async latest(name) {
      const standing = await standingOf(name)
      // As its publisher says, whatever of it may be taken.
      return standing === undefined ? here.latest(name) : standing.known.distTags['latest']
    },
    async releases(name) {
      const own = await here.releases(name)
      const standing = await standingOf(name)
      if (standing === undefined) return own
      const told = standing.known.versions
      const unlisted = unlistedName(standing.marketplace, name)
      const present = own.map((one) => {
        const at = told.get(one.version)?.publishedAt
        const dated = at === undefined ? one : { ...one, publishedAt: new Date(at) }
        return unlisted === undefined ? dated : { ...dated, absent: { detail: unlisted } }
      })
      const shown = new Set(own.map(({ version }) => version))
      const absent = [...told].flatMap(([version, one]) => {
        const { state, reason, publishedAt } = one
        if (shown.has(version) || state === 'unpublished') return []
        const dates = { version, publishedAt: new Date(publishedAt) }
        return [{ ...dates, state, reason, absent: absenceOf(standing, version, one) }]
      })
      return [...present, ...absent]
    },
  }
}
