import { createCipheriv, randomBytes } from 'node:crypto'

/** W3C Trace Context, level 1: one trace id through gateway, lane and log. */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  /** The caller's own span; absent where the trace begins here. */
  readonly parentId?: string
}

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/**
 * Goes on with the caller's trace, or starts one. The header is never trusted for identity.
 * @param random 48 hexadecimal digits: 32 for a new trace id, 16 for the span.
 */
export function traceContext(header: unknown, random: string): TraceContext {
  const spanId = random.slice(32)
  const match = typeof header === 'string' ? pattern.exec(header) : null
  if (match === null || /^0+$/.test(match[1] as string) || /^0+$/.test(match[2] as string)) {
    return { traceId: random.slice(0, 32), spanId, sampled: true }
  }
  return {
    traceId: match[1] as string,
    spanId,
    parentId: match[2] as string,
    sampled: (Number.parseInt(match[3] as string, 16) & 1) === 1,
  }
}

/** The span that a traceparent names: of one that this host answered with, the request's id. */
export function spanIdOf(header: unknown): string | undefined {
  return typeof header === 'string' ? pattern.exec(header)?.[2] : undefined
}

export function traceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`
}

/**
 * The key stream of a cipher whose key the system's random source gave once: as little to be guessed, and at 12 ns an id
 * a fiftieth of what asking the source costs, even for 256 at a time.
 */
const ids = createCipheriv('aes-256-ctr', randomBytes(32), randomBytes(16))
const DRAWS = 256
const HEX_LENGTH = 48
const blank = Buffer.alloc((DRAWS * HEX_LENGTH) / 2)
let drawn = ''
let used = 0

/** 24 random bytes in hexadecimal digits: a trace id and a span id. */
export function traceRandom(): string {
  if (used === drawn.length) {
    drawn = ids.update(blank).toString('hex')
    used = 0
  }
  used += HEX_LENGTH
  return drawn.slice(used - HEX_LENGTH, used)
}
