import { cliText } from '../../parts/command-text.ts'
import { oneOf } from '../../parts/one-of.ts'
import type { Tone } from '../../parts/status-tag.tsx'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]

/** A line as `GET /v1/tenants/{t}/plugins/{name}/logs` tells it. */
export interface LogLine {
  readonly sequence: string
  readonly at: string
  readonly level: Level
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>> | null
  /** Characters that the host did not keep. */
  readonly cut: number
  readonly version: string | null
  readonly arm: 'stable' | 'canary' | null
  readonly traceId: string | null
  readonly kind: string | null
  readonly name: string | null
  /** The kept call of which it is a line. */
  readonly invocation: string | null
  /** Lines that were not kept; the message is the reason. */
  readonly missed: number | null
}

export const LEVEL_TONES = {
  debug: 'neutral',
  info: 'neutral',
  warn: 'warning',
  error: 'bad',
} as const satisfies Record<Level, Tone>

const GAPS = ['too-many', 'queue-full', 'too-large', 'unreadable', 'not-written'] as const
const KINDS = ['service', 'event', 'job', 'webhook', 'contribution'] as const

/** Why lines are missing, as far as the page has words for it. Pure. */
export function gapReason({ message }: Pick<LogLine, 'message'>) {
  return oneOf(GAPS, message)
}

/** What kind of call logged it, as far as the page has a word for it. Pure. */
export function kindOf({ kind }: Pick<LogLine, 'kind'>) {
  return oneOf(KINDS, kind)
}

/** What the address says, as far as the host understands it. Pure. */
export function filterOf(words: {
  readonly level: string | undefined
  readonly version: string | undefined
  readonly q: string | undefined
}) {
  return { ...words, level: oneOf(LEVELS, words.level) }
}

/** What the row may show the beginning of only: three lines of sixty signs, as logs.css has it. Pure. */
export function isLong(message: string): boolean {
  return message.length > 150 || message.split('\n', 4).length > 3
}

/** The same by the command line, which goes on with what comes. Pure. */
export function followCommand(
  { tenant, name }: { readonly tenant: string; readonly name: string },
  { level, version, q }: ReturnType<typeof filterOf>,
): string {
  const plugin = version === undefined ? name : `${name}@${version}`
  return `${cliText(['plugin', 'logs', plugin], { tenant, level, search: q })} --follow`
}
