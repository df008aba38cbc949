import type { LogLevel } from '@signalbox/sandbox'
import type { RecordedLog } from '../invocations/recording.ts'
import type { EndedCall } from '../invocations/watched-call.ts'

/** From the least to the worst; the host stores the number. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[]

/**
 * What is kept of one line, in characters. A stack trace of thirty frames fits, and so do the facts of one thing; a call may log
 * 64 KiB, and a plugin's ten thousand lines of that size would be 640 MB.
 */
const MAX_MESSAGE = 4096
const MAX_FIELDS = 4096

/** What a text among the fields is not cut to: less of it says nothing. */
const MIN_TEXT = 64

/** Why lines are not kept. */
export type MissReason = 'too-many' | 'queue-full' | 'too-large' | 'unreadable' | 'not-written'

/** A line as it is stored. */
export interface LogLine {
  readonly tenant: string
  readonly plugin: string
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  readonly fieldsJson: string | null
  /** Characters that were beyond the bounds. */
  readonly cut: number
  readonly version: string | null
  readonly arm: 'stable' | 'canary' | null
  readonly traceId: string | null
  /** What logged it: `service`, `event`, `job`, `webhook` or `contribution`. */
  readonly kind: string | null
  /** Which of them: `acme.orders/list`, a job's name, an event's type. */
  readonly name: string | null
  readonly invocation: string | null
  /** Lines that were not kept, for the reason that the message is. */
  readonly missed: number | null
}

/** The lines of a call that has ended, bounded. @param logs redacted */
export function linesOf(
  { guest, call }: Pick<EndedCall, 'guest' | 'call'>,
  logs: readonly (RecordedLog & { readonly at: number })[],
  invocation: string | undefined,
): LogLine[] {
  const { tenant, plugin, version } = guest.isolate
  const { arm } = guest.context
  const { traceId } = call
  // Entries stand under their kind, with major 0.
  const isEntry = call.major === 0
  const kind = isEntry ? call.service : 'service'
  const name = isEntry ? call.operation : `${call.service}/${call.operation}`
  const of = { tenant, plugin, version, arm, traceId, kind, name }
  return logs.map(({ at, level, message, fields }) => ({
    ...of,
    at,
    level,
    ...boundedLine(message, fields),
    invocation: invocation ?? null,
    missed: null,
  }))
}

/** A line that says how many are missing beside it, and why. It is of the worst level, so that no look passes it over. */
export function gapLine(
  of: { readonly tenant: string; readonly plugin: string },
  reason: MissReason,
  missed: number,
  at: number,
): LogLine {
  return {
    ...of,
    ...{ at, level: 'error', message: reason, fieldsJson: null, cut: 0, missed },
    ...{ version: null, arm: null, traceId: null, kind: null, name: null, invocation: null },
  }
}

/** What of a line is kept. Pure. */
export function boundedLine(
  message: string,
  fields: unknown,
): Pick<LogLine, 'message' | 'fieldsJson' | 'cut'> {
  // U+0000 PostgreSQL cannot store, and half a pair of surrogates nobody can send.
  const kept = message.slice(0, MAX_MESSAGE).replaceAll('\0', '\u2400').toWellFormed()
  const beyond = Math.max(0, message.length - MAX_MESSAGE)
  const json = JSON.stringify(fields) ?? '{}'
  if (json === '{}') return { message: kept, fieldsJson: null, cut: beyond }
  if (json.length <= MAX_FIELDS) return { message: kept, fieldsJson: json, cut: beyond }
  const fieldsJson = firstFields(fields as object, MAX_FIELDS)
  return { message: kept, fieldsJson, cut: beyond + json.length - fieldsJson.length }
}

/** The fields that fit, in their order, with texts cut off. Put together as text: a field may be called `__proto__`. */
function firstFields(fields: object, max: number): string {
  const parts: string[] = []
  let room = max - 2
  for (const [name, value] of Object.entries(fields)) {
    const key = `${JSON.stringify(name)}:`
    const part = fittingText(value, room - key.length - 1)
    if (part === undefined) continue
    parts.push(key + part)
    room -= key.length + part.length + 1
  }
  return `{${parts.join(',')}}`
}

function fittingText(value: unknown, room: number): string | undefined {
  const whole = JSON.stringify(value)
  if (whole.length <= room) return whole
  if (typeof value !== 'string') return undefined
  // What is escaped takes up to six times its length.
  for (let length = room; length >= MIN_TEXT; length = length >> 1) {
    const part = JSON.stringify(`${value.slice(0, length)}…`)
    if (part.length <= room) return part
  }
  return undefined
}
