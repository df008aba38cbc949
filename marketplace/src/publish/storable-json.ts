import type { InputFault } from '@signalbox/sdk/errors'

/** Room for a package.json with a long manifest; every packument repeats it for every version. */
const MAX_BYTES = 128 * 1024

/** Deeper than any manifest, and far from what exhausts a stack in V8 or PostgreSQL. */
const MAX_DEPTH = 32

/**
 * PostgreSQL's jsonb cannot hold everything JSON can: U+0000 and lone surrogates are errors there. They are
 * refused here with a pointer, instead of surfacing as a failed statement in the middle of a publish.
 */
export function storageFaults(value: unknown): readonly InputFault[] {
  const fault = firstFault(value, '', 0)
  if (fault !== undefined) return [fault]
  return Buffer.byteLength(JSON.stringify(value)) > MAX_BYTES
    ? [{ pointer: '', detail: `is larger than ${MAX_BYTES / 1024} KiB: move texts into files` }]
    : []
}

function firstFault(value: unknown, pointer: string, depth: number): InputFault | undefined {
  if (typeof value === 'string') {
    return isStorable(value) ? undefined : { pointer, detail: 'holds U+0000 or a lone surrogate' }
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === MAX_DEPTH) return { pointer, detail: `is nested deeper than ${MAX_DEPTH} levels` }
  for (const [key, child] of Object.entries(value)) {
    if (!isStorable(key)) return { pointer, detail: 'has a key with U+0000 or a lone surrogate' }
    const token = key.replaceAll('~', '~0').replaceAll('/', '~1')
    const fault = firstFault(child, `${pointer}/${token}`, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}
