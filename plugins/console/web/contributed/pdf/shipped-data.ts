import { base64Bytes } from './base64-bytes.ts'
import { cMaps, fonts } from './pdf-data.ts'

const KINDS = { cMapUrl: cMaps, standardFontDataUrl: fonts } as const

/** Gives the reader of PDF files what they name and do not bring: out of the console's own files. */
export class ShippedData {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const files = Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : {}
    const load = Object.hasOwn(files, filename) ? files[filename] : undefined
    const text = (await load?.())?.default[filename]
    if (text === undefined) throw new Error(`no such file here: ${kind} ${filename}`)
    return base64Bytes(text)
  }
}
