import semver from 'semver'

/** A heading that names a version: "## 1.2.0", "## [1.2.0] - 2026-03-01", "### v1.2.0 (2026-03-01)". */
const heading = /^#{1,4}[ \t]+\[?v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\]?(?:\(|[ \t:]|$)/

/** Lines that are looked at; a kept CHANGELOG of 64 KiB has fewer. */
const MAX_LINES = 20_000

/**
 * What a CHANGELOG says of the versions after `from` up to and with `to` (Keep a Changelog 1.1.0, or as changesets write
 * it). @returns Markdown; undefined where it names none of them
 */
export function changesBetween(changelog: string, from: string, to: string): string | undefined {
  const kept: string[] = []
  let isWanted = false
  for (const line of changelog.split(/\r?\n/, MAX_LINES)) {
    const version = heading.exec(line)?.[1]
    if (version !== undefined && semver.valid(version) !== null) {
      isWanted = semver.gt(version, from) && semver.lte(version, to)
    }
    if (isWanted) kept.push(line)
  }
  return kept.length === 0 ? undefined : kept.join('\n')
}
