import { Refusal } from '@signalbox/sdk'
import type { Increment } from '../../signing/increment.ts'
import type { PlanImage } from '../../signing/signing-plan.ts'
import type { ImageParts } from './image-parts.ts'
import { isJpeg, readJpeg } from './jpeg.ts'
import { isPng, readPng } from './png.ts'

/** @throws IMAGE_UNUSABLE */
export function embedImage(increment: Increment, name: string, file: Uint8Array): PlanImage {
  const parts = readImage(file)
  if (parts === null) {
    const cure = 'give a PNG of 8 bits without interlacing, or a JPEG, of 4 million pixels at most'
    throw new Refusal('IMAGE_UNUSABLE', `The image of "${name}" cannot be used: ${cure}.`)
  }
  const { width, height, entries, data, alpha } = parts
  const size = {
    Type: '/XObject',
    Subtype: '/Image',
    Width: String(width),
    Height: String(height),
  }
  const mask =
    alpha === undefined
      ? {}
      : { SMask: `${increment.addStream({ ...size, ...GREY_MASK }, alpha)} 0 R` }
  const object = increment.addStream({ ...size, ...entries, ...mask }, data)
  return { name, object, width, height }
}

const GREY_MASK = { ColorSpace: '/DeviceGray', BitsPerComponent: '8', Filter: '/FlateDecode' }

function readImage(file: Uint8Array): ImageParts | null {
  if (isPng(file)) return readPng(file)
  return isJpeg(file) ? readJpeg(file) : null
}
