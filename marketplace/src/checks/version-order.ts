import semver from 'semver'

/** How a new version stands to those that were published. */
export interface VersionOrder {
  /** The published version of its own major and minor that is greater. Of an equal one another refusal tells. */
  readonly blocking: string | undefined
  /** The latest release of its major, where that is a later minor: the version mends an older line. */
  readonly ahead: string | undefined
}

/**
 * A version follows the versions of its own line (major and minor). A prerelease that is out keeps nobody from
 * mending the release before it: a release is compared with releases, a prerelease also with those for the same
 * release. Pure.
 */
export function versionOrder(version: string, published: readonly string[]): VersionOrder {
  const wanted = semver.parse(version)
  if (wanted === null) return { blocking: undefined, ahead: undefined }
  const ofMajor = published
    .map((text) => semver.parse(text))
    .filter((other) => other !== null)
    .filter(({ major }) => major === wanted.major)
    .sort(semver.rcompare)
  const isRival = (other: semver.SemVer) =>
    other.minor === wanted.minor &&
    (other.prerelease.length === 0 ||
      (wanted.prerelease.length > 0 && other.compareMain(wanted) === 0))
  const isAhead = (other: semver.SemVer) =>
    other.prerelease.length === 0 && other.minor > wanted.minor
  return {
    blocking: ofMajor.find((other) => isRival(other) && other.compare(wanted) > 0)?.version,
    ahead: ofMajor.find(isAhead)?.version,
  }
}
