/** Pictures that a page may show, by what their bytes begin with; no SVG, which is a document that runs scripts. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp'

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const jpeg = Buffer.from([0xff, 0xd8, 0xff])

/** Whatever its name says: the first bytes decide (PNG 3rd ed. §5.2, JFIF, RFC 9649 §2.4). */
export function pictureType(bytes: Buffer): PictureType | undefined {
  if (bytes.subarray(0, 8).equals(png)) return 'image/png'
  if (bytes.subarray(0, 3).equals(jpeg)) return 'image/jpeg'
  const isWebp =
    bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'
  return isWebp ? 'image/webp' : undefined
}
