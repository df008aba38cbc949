import type { Coding } from './content-coding.ts'

/**
 * Revisions have CouchDB's form: a count and random hex. The count is for people; the hex keeps a revision
 * unique when a database is restored from a backup and the count runs a second time, so that neither a
 * client's cached packument nor a pending change can pass for current.
 */
export function nextRevision(current: string | undefined, random: Buffer): string {
  const count = current === undefined ? 0 : Number.parseInt(current, 10)
  return `${count + 1}-${random.toString('hex')}`
}

/** Random bytes in a revision. */
export const REVISION_BYTES = 8

export type PackumentForm = 'full' | 'abbreviated'

/**
 * Tarball URLs are part of a packument, so the address it was asked at is part of its tag; compressed bytes are others
 * (RFC 9110 §8.8.3.3).
 */
export function packumentEtag(
  rev: string,
  form: PackumentForm,
  baseUrlHash: string,
  coding: Coding = 'identity',
): string {
  return `"${rev}-${form}-${baseUrlHash}${coding === 'identity' ? '' : `-${coding}`}"`
}

/** RFC 9110 §13.1.2: a list of entity tags or `*`, compared weakly. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch
    .split(',')
    .map((candidate) => candidate.trim().replace(/^W\//, ''))
    .some((candidate) => candidate === '*' || candidate === etag)
}

/** npm's installer asks for the short form; everything else, and whoever does not say, gets the full one. */
export function packumentForm(accept: string | undefined): PackumentForm {
  return accept?.includes('application/vnd.npm.install-v1+json') ? 'abbreviated' : 'full'
}
