import type { Manifest } from '@signalbox/sdk/manifest'
import { MAX_PICTURE_BYTES, pictureType } from '@signalbox/sdk/picture'
import type { PackageInspection } from '../ports.ts'

/** What of a package its page shows, beside what is in its manifest. */
export type KeptKind = 'readme' | 'changelog' | 'license' | 'terms' | 'doc' | 'picture'

export interface KeptFile {
  readonly path: string
  readonly kind: KeptKind
  readonly mediaType: string
  readonly bytes: Buffer
}

const KIB = 1024
/** As npm's registry cuts a README: what is behind it nobody reads on a page, and a CHANGELOG has the newest first. */
const MAX_TEXT = 64 * KIB
/** Of one version, over all: 64 texts and 32 pictures, whatever the package holds. */
const MAX_TEXTS = 64
const MAX_PICTURES = 32

const textKinds: readonly (readonly [KeptKind, RegExp])[] = [
  ['readme', /^readme(\.[a-z]{2}(-[a-z]{2})?)?(\.md|\.markdown|\.txt)?$/i],
  ['changelog', /^(changelog|changes|history)(\.[a-z]{2}(-[a-z]{2})?)?(\.md|\.markdown|\.txt)?$/i],
  ['license', /^(licen[cs]e|copying)(\.md|\.txt)?$/i],
  ['doc', /^docs\/.+\.(md|markdown)$/i],
]

/** Files that are kept so that pages are made without the tarball. What is too large or no picture is left out. */
export function keptFiles(
  files: PackageInspection['files'],
  manifest: Manifest,
): readonly KeptFile[] {
  const terms = new Set(Object.values(manifest.terms?.file ?? {}))
  const shown = new Set((manifest.listing?.screenshots ?? []).map(({ file }) => file))
  // Screenshots first: they are asked for, and others only lie there.
  const all = [...files]
    .sort((a, b) => Number(shown.has(b.path)) - Number(shown.has(a.path)) || order(a, b))
    .flatMap((file) => keptFile(file, terms.has(file.path)) ?? [])
  const isPicture = ({ kind }: KeptFile) => kind === 'picture'
  return [
    ...all.filter((file) => !isPicture(file)).slice(0, MAX_TEXTS),
    ...all.filter(isPicture).slice(0, MAX_PICTURES),
  ]
}

function order(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1
}

function keptFile(
  { path, bytes }: PackageInspection['files'][number],
  isTerms: boolean,
): KeptFile | undefined {
  const kind = isTerms ? 'terms' : textKinds.find(([, pattern]) => pattern.test(path))?.[0]
  if (kind !== undefined) {
    return { path, kind, mediaType: 'text/plain', bytes: beginningOf(bytes) }
  }
  const mediaType = bytes.length <= MAX_PICTURE_BYTES ? pictureType(bytes) : undefined
  return mediaType === undefined ? undefined : { path, kind: 'picture', mediaType, bytes }
}

/** Whole lines, as far as there are any. */
function beginningOf(bytes: Buffer): Buffer {
  if (bytes.length <= MAX_TEXT) return bytes
  const end = bytes.lastIndexOf(0x0a, MAX_TEXT - 1)
  return bytes.subarray(0, end < 0 ? MAX_TEXT : end + 1)
}
