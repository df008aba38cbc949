import { parse } from 'secure-json-parse'
import { type CodedError, isCodedError } from '../errors/coded-error.ts'
import { guestFailures } from '../host-calls/guest-failures.ts'
import { pluginRefusal } from '../host-calls/plugin-refusal.ts'
import { shortReason } from '../host-calls/short-reason.ts'
import type { OpenCall } from './open-call.ts'

/** As a host reads what a guest answered. */
export function readAnswer(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: parse(text, { protoAction: 'error', constructorAction: 'ignore' }) }
  } catch {
    return { ok: false }
  }
}

/** JSON has no word for `undefined`: a handler that answers nothing answers null. */
export function outputText(
  output: unknown,
  who: { readonly plugin: string; readonly version: string },
  limit: number,
): string {
  let text: string
  try {
    text = JSON.stringify(output) ?? 'null'
  } catch (error) {
    throw guestFailures.create('OUTPUT_NOT_JSON', { ...who, reason: shortReason(messageOf(error)) })
  }
  if (text.length <= limit) return text
  throw guestFailures.create('OUTPUT_TOO_LARGE', { ...who, limit, reached: text.length })
}

/** What a caller is told: the plugin's own refusal, the host's error, or that the handler threw. */
export function outwardError(
  thrown: unknown,
  open: OpenCall,
  who: { readonly plugin: string; readonly version: string },
): CodedError {
  const known = open.causeOf(thrown) ?? (isCodedError(thrown) ? thrown : undefined)
  if (known !== undefined) return known
  const { name, code } = Object(thrown) as { readonly name?: unknown; readonly code?: unknown }
  if (name === 'Refusal' && typeof code === 'string' && code !== '') {
    return pluginRefusal(code, messageOf(thrown))
  }
  return guestFailures.create(
    'PLUGIN_THREW',
    { ...who, reason: shortReason(messageOf(thrown)) },
    { cause: thrown },
  )
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** By the real clock: what never answers must end in a test as well. */
export async function withinDeadline<Answer>(
  asked: Promise<Answer>,
  ms: number,
  late: () => Error,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const isLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([asked, isLate])
  } finally {
    clearTimeout(timer)
  }
}
