import type { Manifest } from '../manifest/manifest.ts'

/** Texts of a package that pages of the marketplace show. */
export type ShownTextKind = 'readme' | 'changelog' | 'license' | 'terms' | 'doc'

/** Bytes. As npm's registry cuts a README: what is behind it nobody reads on a page, and a CHANGELOG has the newest first. */
export const MAX_SHOWN_TEXT = 64 * 1024

const kinds: readonly (readonly [ShownTextKind, RegExp])[] = [
  ['readme', /^readme(\.[a-z]{2}(-[a-z]{2})?)?(\.md|\.markdown|\.txt)?$/i],
  ['changelog', /^(changelog|changes|history)(\.[a-z]{2}(-[a-z]{2})?)?(\.md|\.markdown|\.txt)?$/i],
  ['license', /^(licen[cs]e|copying)(\.md|\.txt)?$/i],
  ['doc', /^docs\/.+\.(md|markdown)$/i],
]

/** @returns undefined: no page shows it */
export function shownTextKind(
  path: string,
  manifest: Pick<Manifest, 'terms'> | undefined,
): ShownTextKind | undefined {
  if (Object.values(manifest?.terms?.file ?? {}).includes(path)) return 'terms'
  return kinds.find(([, pattern]) => pattern.test(path))?.[0]
}

/**
 * How many bytes a page shows of a text: the beginning of a long one, in whole lines as far as there are any.
 * @returns undefined: nothing of it. Half of what somebody agrees to reads as if it were all.
 */
export function shownLength(kind: ShownTextKind, bytes: Uint8Array): number | undefined {
  if (bytes.length <= MAX_SHOWN_TEXT) return bytes.length
  if (kind === 'terms' || kind === 'license') return undefined
  const end = bytes.lastIndexOf(0x0a, MAX_SHOWN_TEXT - 1)
  return end < 0 ? MAX_SHOWN_TEXT : end + 1
}
