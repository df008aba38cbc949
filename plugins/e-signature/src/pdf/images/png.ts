import { deflate } from 'pako'
import { joined, latin1, textOfLatin1 } from '../bytes.ts'
import { bytesSyntax } from '../syntax.ts'
import type { ImageParts } from './image-parts.ts'
import { inflateExactly } from './inflate-exactly.ts'

/** A seal of 4 cm at 1200 dpi has 3.6 million: decoded, each takes up to five bytes. */
const MOST_PIXELS = 4_194_304

/** Samples of a pixel by colour type (W3C PNG, 11.2.1). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

interface Picture {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: number
  readonly palette: Uint8Array
  readonly transparency: Uint8Array | undefined
  readonly data: Uint8Array
}

export function isPng(file: Uint8Array): boolean {
  return SIGNATURE.every((byte, at) => file[at] === byte)
}

/** Null: it is broken, or of a kind that is not read (interlaced; 16 bits with transparency), or larger than a seal is. */
export function readPng(file: Uint8Array): ImageParts | null {
  const picture = chunksOf(file)
  if (picture === null) return null
  const { width, height, depth, colour, transparency } = picture
  const samples = SAMPLES[colour]
  if (samples === undefined || width * height === 0 || width * height > MOST_PIXELS) return null
  const row = Math.ceil((width * depth * samples) / 8)
  const filtered = inflateExactly(picture.data, (row + 1) * height)
  if (filtered === null) return null
  const hasAlpha = colour === 4 || colour === 6
  if (hasAlpha && depth !== 8) return null
  if (!hasAlpha && !(colour === 3 && transparency !== undefined)) return asItIs(picture, samples)
  const pixels = unfiltered(filtered, row, Math.max(1, (depth * samples) >> 3))
  if (pixels === null) return null
  return hasAlpha
    ? split(picture, pixels, samples)
    : { ...asItIs(picture, samples), alpha: deflate(paletteAlpha(picture, pixels, row)) }
}

function chunksOf(file: Uint8Array): Picture | null {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const chunks = new Map<string, Uint8Array[]>()
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at)
    if (at + 12 + length > file.length) return null
    const tag = textOfLatin1(file.subarray(at + 4, at + 8))
    chunks.set(tag, [...(chunks.get(tag) ?? []), file.subarray(at + 8, at + 8 + length)])
    at += 12 + length
  }
  const header = chunks.get('IHDR')?.[0]
  if (header?.length !== 13 || header[12] !== 0) return null
  const [depth, colour] = [header[8] as number, header[9] as number]
  const palette = chunks.get('PLTE')?.[0] ?? new Uint8Array()
  if (![1, 2, 4, 8, 16].includes(depth) || (colour === 3 && palette.length < 3)) return null
  const head = new DataView(header.buffer, header.byteOffset, 8)
  return {
    ...{ width: head.getUint32(0), height: head.getUint32(4), depth, colour, palette },
    transparency: chunks.get('tRNS')?.[0],
    data: joined(chunks.get('IDAT') ?? []),
  }
}

/** PDF reads the filters of PNG itself, as predictors from 10 on (ISO 32000-2, 7.4.4.4). */
function asItIs(picture: Picture, samples: number): ImageParts {
  const { width, height, depth, colour, palette, transparency } = picture
  const last = palette.length / 3 - 1
  const space =
    colour === 3
      ? `[/Indexed /DeviceRGB ${Math.floor(last)} ${bytesSyntax(palette)}]`
      : samples === 1
        ? '/DeviceGray'
        : '/DeviceRGB'
  const parms = `<</Predictor 15/Colors ${samples}/BitsPerComponent ${depth}/Columns ${width}>>`
  const entries: Record<string, string> = {
    ColorSpace: space,
    BitsPerComponent: String(depth),
    Filter: '/FlateDecode',
    DecodeParms: parms,
  }
  if (colour !== 3 && transparency !== undefined && transparency.length >= 2 * samples) {
    const view = new DataView(transparency.buffer, transparency.byteOffset, transparency.byteLength)
    const keys = Array.from({ length: samples }, (_, at) => view.getUint16(2 * at))
    entries['Mask'] = `[${keys.map((key) => `${key} ${key}`).join(' ')}]`
  }
  return { width, height, entries, data: picture.data }
}

/** Takes the filters of the rows away (W3C PNG, 9.2). Null: there is a filter that PNG does not know. */
function unfiltered(bytes: Uint8Array, row: number, step: number): Uint8Array | null {
  const height = bytes.length / (row + 1)
  const pixels = new Uint8Array(row * height)
  for (let y = 0; y < height; y++) {
    const filter = bytes[y * (row + 1)] as number
    if (filter > 4) return null
    for (let x = 0; x < row; x++) {
      const at = y * row + x
      const left = x < step ? 0 : (pixels[at - step] as number)
      const up = y === 0 ? 0 : (pixels[at - row] as number)
      const corner = x < step || y === 0 ? 0 : (pixels[at - row - step] as number)
      const predicted = predict(filter, left, up, corner)
      pixels[at] = (bytes[y * (row + 1) + 1 + x] as number) + predicted
    }
  }
  return pixels
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const guess = left + up - corner
  const [toLeft, toUp] = [Math.abs(guess - left), Math.abs(guess - up)]
  const toCorner = Math.abs(guess - corner)
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}

function split({ width, height }: Picture, pixels: Uint8Array, samples: number): ImageParts {
  const colours = samples - 1
  const count = width * height
  const [colour, alpha] = [new Uint8Array(count * colours), new Uint8Array(count)]
  for (let pixel = 0; pixel < count; pixel++) {
    for (let sample = 0; sample < colours; sample++) {
      colour[pixel * colours + sample] = pixels[pixel * samples + sample] as number
    }
    alpha[pixel] = pixels[pixel * samples + colours] as number
  }
  const entries = {
    ColorSpace: colours === 1 ? '/DeviceGray' : '/DeviceRGB',
    BitsPerComponent: '8',
    Filter: '/FlateDecode',
  }
  return { width, height, entries, data: deflate(colour), alpha: deflate(alpha) }
}

function paletteAlpha(picture: Picture, pixels: Uint8Array, row: number): Uint8Array {
  const { width, height, depth, transparency = latin1('') } = picture
  const alpha = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth
      const byte = pixels[y * row + (bit >> 3)] as number
      const index = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
      alpha[y * width + x] = transparency[index] ?? 255
    }
  }
  return alpha
}
