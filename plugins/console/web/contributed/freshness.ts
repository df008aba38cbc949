import { readPointer } from './bind.ts'

/** How old what a block shows is, and what of it could not be had. */
export interface Freshness {
  readonly asOf: string | undefined
  /** Parts of the answer that are old or missing, and whose they are. */
  readonly lacking: readonly {
    readonly part: string
    readonly state: string
    readonly asOf?: string
  }[]
  readonly isDegraded: boolean
}

const MOST_PARTS = 10

/** @param answer of an operation; one that says nothing of its age is as old as the question. Pure. */
export function freshnessOf(answer: unknown): Freshness {
  const asOf = readPointer(answer, '/asOf')
  const blocks = readPointer(answer, '/blocks')
  const parts = Array.isArray(blocks) ? blocks.slice(0, MOST_PARTS) : []
  const lacking = parts.flatMap((block) => {
    const [part, state, at] = ['/block', '/state', '/asOf'].map((one) => readPointer(block, one))
    if (typeof part !== 'string' || typeof state !== 'string' || state === 'fresh') return []
    return [{ part, state, ...(typeof at === 'string' ? { asOf: at } : {}) }]
  })
  const isDegraded = [readPointer(answer, '/degraded'), readPointer(answer, '/stale')].includes(
    true,
  )
  return { asOf: typeof asOf === 'string' ? asOf : undefined, lacking, isDegraded }
}
