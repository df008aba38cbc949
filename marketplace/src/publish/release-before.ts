import semver from 'semver'

/**
 * The release that a version follows: the highest below it that is no prerelease. Whoever mends an old line is
 * compared with that line.
 * @returns undefined for a first release
 */
export function releaseBefore(version: string, published: readonly string[]): string | undefined {
  return published
    .filter((other) => semver.prerelease(other) === null && semver.lt(other, version))
    .sort(semver.rcompare)[0]
}
