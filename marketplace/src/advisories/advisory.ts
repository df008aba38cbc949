import semver from 'semver'

export const severities = ['info', 'low', 'moderate', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

export interface NewAdvisory {
  readonly package: string
  readonly title: string
  readonly severity: Severity
  /** A semver range, such as `<1.4.2`. */
  readonly vulnerableVersions: string
  /** Where one can read more; absent: its page of this marketplace. */
  readonly url?: string
  /** Such as CWE-79. */
  readonly cwe?: readonly string[]
  readonly cvss?: { readonly score: number; readonly vector: string }
}

export interface Advisory extends NewAdvisory {
  readonly id: number
  readonly cwe: readonly string[]
  readonly createdAt: Date
}

/** Prereleases count: a weakness does not begin with the release that follows them. */
export function affects(
  { vulnerableVersions }: Pick<Advisory, 'vulnerableVersions'>,
  versions: readonly string[],
): boolean {
  const range = new semver.Range(vulnerableVersions, { includePrerelease: true })
  return versions.some((version) => semver.valid(version) !== null && range.test(version))
}

export function isRange(text: string): boolean {
  return text.trim() !== '' && semver.validRange(text) !== null
}

/** Web addresses alone: npm prints it, and a terminal makes it a link. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
