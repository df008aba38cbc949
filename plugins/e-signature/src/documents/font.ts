import type { Context } from '@signalbox/sdk'
import { joined } from '../pdf/bytes.ts'
import { PART_BYTES } from './blob-parts.ts'

const FONT = 'assets/fonts/noto-sans-sc-regular.woff'

/** Of the isolate: the same bytes for every tenant, and read again where the isolate is new. */
let kept: Promise<Uint8Array> | undefined

/** Noto Sans SC, of which a document gets the characters that it shows. */
export function fontBytes(ctx: Pick<Context, 'assets'>): Promise<Uint8Array> {
  kept ??= readFont(ctx).catch((error: unknown) => {
    kept = undefined
    throw error
  })
  return kept
}

async function readFont({ assets }: Pick<Context, 'assets'>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let offset = 0; ; offset += PART_BYTES) {
    const part = await assets(FONT, { offset, length: PART_BYTES })
    parts.push(part)
    if (part.length < PART_BYTES) return joined(parts)
  }
}
