import { textOfLatin1 } from '../bytes.ts'
import type { ImageParts } from './image-parts.ts'

const SPACES: Readonly<Record<number, string>> = {
  1: '/DeviceGray',
  3: '/DeviceRGB',
  4: '/DeviceCMYK',
}

export function isJpeg(file: Uint8Array): boolean {
  return file[0] === 0xff && file[1] === 0xd8 && file[2] === 0xff
}

/** PDF keeps a JPEG as it is (ISO 32000-2, 7.4.8); its frame header tells the size (ITU-T T.81, B.2.2). Null: broken. */
export function readJpeg(file: Uint8Array): ImageParts | null {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let isAdobe = false
  for (let at = 2; at + 10 <= file.length && file[at] === 0xff; ) {
    const marker = file[at + 1] as number
    const length = view.getUint16(at + 2)
    if (marker === 0xee && textOfLatin1(file.subarray(at + 4, at + 9)) === 'Adobe') isAdobe = true
    // Frames that PDF readers decode: baseline, extended and progressive.
    if (marker >= 0xc0 && marker <= 0xc2) return frameOf(view, at, file, isAdobe)
    at += 2 + length
  }
  return null
}

function frameOf(
  view: DataView,
  at: number,
  file: Uint8Array,
  isAdobe: boolean,
): ImageParts | null {
  const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)]
  const components = view.getUint8(at + 9)
  const space = SPACES[components]
  if (space === undefined || width * height === 0 || view.getUint8(at + 4) !== 8) return null
  // Adobe writes the four inks inverted.
  const inverted = components === 4 && isAdobe ? { Decode: '[1 0 1 0 1 0 1 0]' } : {}
  const entries = { ColorSpace: space, BitsPerComponent: '8', Filter: '/DCTDecode', ...inverted }
  return { width, height, entries, data: file }
}
