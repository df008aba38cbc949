import type { ReleaseSource, ToldReleases } from '../updates/outlook-reader.ts'
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
  return {
    minimumReleaseAgeHours: () => here.minimumReleaseAgeHours(),
    async releases(name) {
      const own = await here.releases(name)
      const from = await mirrors.sourceOf(name)
      const standing = from && (await mirrors.standing(from, name))
      return standing === undefined ? own : toldReleases(own.all, standing)
    },
  }
}

function toldReleases(own: ToldReleases['all'], standing: Standing): ToldReleases {
  const { name, marketplace, known } = standing
  const unlisted = unlistedName(marketplace, name)
  const present = own.map((one) => {
    const told = known.versions.get(one.version)
    return {
      ...one,
      ...(told === undefined ? {} : { publishedAt: new Date(told.publishedAt) }),
      ...(told?.keyRevokedAt === undefined ? {} : { keyRevokedAt: new Date(told.keyRevokedAt) }),
      ...(unlisted === undefined ? {} : { absent: { detail: unlisted } }),
    }
  })
  const shown = new Set(own.map(({ version }) => version))
  const absent = [...known.versions].flatMap(([version, one]) => {
    const { state, reason, publishedAt } = one
    if (shown.has(version) || state === 'unpublished') return []
    const dates = { version, publishedAt: new Date(publishedAt) }
    return [{ ...dates, state, reason, absent: absenceOf(standing, version, one) }]
  })
  // As its publisher says, whatever of it may be taken.
  return { latest: known.distTags['latest'], all: [...present, ...absent] }
}
