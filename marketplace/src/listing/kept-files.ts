import type { Manifest } from '@signalbox/sdk/manifest'
import { MAX_PICTURE_BYTES, pictureType } from '@signalbox/sdk/picture'
import { type ShownTextKind, shownLength, shownTextKind } from '@signalbox/sdk/shown-texts'
import type { PackageInspection } from '../ports.ts'

/** What of a package its page shows, beside what is in its manifest. */
export type KeptKind = ShownTextKind | 'picture'

export interface KeptFile {
  readonly path: string
  readonly kind: KeptKind
  readonly mediaType: string
  readonly bytes: Buffer
}

/** Of one version, over all: 64 texts and 32 pictures, whatever the package holds. */
const MAX_TEXTS = 64
const MAX_PICTURES = 32

/** Files that are kept so that pages are made without the tarball. What is no picture, or too large and no text that has a beginning, is left out. */
export function keptFiles(
  files: PackageInspection['files'],
  manifest: Manifest,
): readonly KeptFile[] {
  const shown = new Set((manifest.listing?.screenshots ?? []).map(({ file }) => file))
  // Screenshots first: they are asked for, and others only lie there.
  const all = [...files]
    .sort((a, b) => Number(shown.has(b.path)) - Number(shown.has(a.path)) || order(a, b))
    .flatMap((file) => keptFile(file, manifest) ?? [])
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
  manifest: Manifest,
): KeptFile | undefined {
  const kind = shownTextKind(path, manifest)
  if (kind !== undefined) {
    const shown = shownLength(kind, bytes)
    if (shown === undefined) return undefined
    return { path, kind, mediaType: 'text/plain', bytes: bytes.subarray(0, shown) }
  }
  const mediaType = bytes.length <= MAX_PICTURE_BYTES ? pictureType(bytes) : undefined
  return mediaType === undefined ? undefined : { path, kind: 'picture', mediaType, bytes }
}
