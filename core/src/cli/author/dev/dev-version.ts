import semver from 'semver'

/** A version that is being written: before the one that package.json names, and never published. */
export function devVersion(version: string, build: number): string {
  const isPrerelease = semver.prerelease(version) !== null
  return `${version.replace(/\+.*$/, '')}${isPrerelease ? '.' : '-'}dev.${build}`
}
