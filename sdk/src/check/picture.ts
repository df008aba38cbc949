/** Pictures that a page may show, by what their bytes begin with; no SVG, which is a document that runs scripts. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp'

export const MAX_PICTURE_BYTES = 2 * 1024 * 1024

const beginnings: readonly (readonly [PictureType, at: number, bytes: readonly number[]])[] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
]

const riff = [0x52, 0x49, 0x46, 0x46]

/** Whatever its name says: the first bytes decide (PNG 3rd ed. §5.2, JFIF, RFC 9649 §2.4). */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  const has = (at: number, wanted: readonly number[]) =>
    wanted.every((byte, index) => bytes[at + index] === byte)
  const type = beginnings.find(([, at, wanted]) => has(at, wanted))?.[0]
  return type === 'image/webp' && !has(0, riff) ? undefined : type
}
