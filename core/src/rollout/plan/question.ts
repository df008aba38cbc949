import type { InputFault, Localized } from '@signalbox/sdk/errors'
import { isObject, isWhole } from './plan-faults.ts'

/** What a step asks with, whomever it asks: a data service (gate.ts) or an address outside (hook.ts). */
export interface QuestionTerms {
  /** Told beside what the host says of the rollout. */
  readonly input?: Readonly<Record<string, unknown>>
  /** Of one question. */
  readonly deadlineMs?: number
  /** After this long without a yes the rollout is paused; else it goes on asking. */
  readonly mostMs?: number
}

/** What was said last. */
export interface GateAnswer {
  /** Of the rollout when it was asked: an answer to another step opens nothing. */
  readonly revision: number
  /** When it came, in milliseconds since the epoch. */
  readonly at: number
  /** When it was asked for: of two answers the one that was asked for later counts, whichever came later. */
  readonly askedAt?: number
  readonly kind: 'allowed' | 'refused' | 'failed'
  readonly reason: string
}

const DEFAULT_DEADLINE_MS = 5000
/** A question that takes longer is a person's, and that is an approval. */
const MAX_DEADLINE_MS = 30_000
const MAX_MOST_MS = 30 * 86_400_000
/** Of the input as JSON; what is larger is not a question. */
const MAX_INPUT = 4096
const MAX_REASON = 500

/** A yes that could not be used for longer, say for a freeze, is asked for again; so is a no. */
export const GATE_FRESH_MS = 10_000

export const termKeys = ['input', 'deadlineMs', 'mostMs']

/** Finds fault with a key where it is not right. */
export type Check = (key: string, isRight: boolean, detail: string) => void

export function checkInto(faults: InputFault[], pointer: string): Check {
  return (key, isRight, detail) => {
    if (!isRight) faults.push({ pointer: `${pointer}/${key}`, detail })
  }
}

export function checkTerms(value: Readonly<Record<string, unknown>>, check: Check): void {
  const { input, deadlineMs, mostMs } = value
  check(
    'input',
    input === undefined || (isObject(input) && JSON.stringify(input).length <= MAX_INPUT),
    `must be an object of at most ${MAX_INPUT} characters as JSON`,
  )
  check(
    'deadlineMs',
    deadlineMs === undefined || isWhole(deadlineMs, 1, MAX_DEADLINE_MS),
    `must be whole milliseconds, 1 to ${MAX_DEADLINE_MS}`,
  )
  check(
    'mostMs',
    mostMs === undefined || isWhole(mostMs, 1, MAX_MOST_MS),
    `must be whole milliseconds, 1 to ${MAX_MOST_MS}`,
  )
}

export function questionDeadlineMs({ deadlineMs = DEFAULT_DEADLINE_MS }: QuestionTerms): number {
  return deadlineMs
}

/** What was said, from whatever it answered: only `allow: true` is a yes. */
export function gateAnswer(
  answer: unknown,
  { revision, at }: Pick<GateAnswer, 'revision' | 'at'>,
): GateAnswer {
  if (!isObject(answer) || typeof answer['allow'] !== 'boolean') {
    return { revision, at, kind: 'failed', reason: 'no answer of { allow, reason }' }
  }
  const { allow, reason } = answer
  const said = typeof reason === 'string' ? reason.slice(0, MAX_REASON) : ''
  return { revision, at, kind: allow === true ? 'allowed' : 'refused', reason: said }
}

/** The answer that counts now; undefined: it has to be asked, or asked again. */
export function freshAnswer(
  answer: GateAnswer | null,
  { revision, now }: { readonly revision: number; readonly now: number },
): GateAnswer | undefined {
  if (answer === null || answer.revision !== revision) return undefined
  const age = now - answer.at
  return age >= 0 && age < GATE_FRESH_MS ? answer : undefined
}

/** What the step waits for, or that it need not wait. @param name of who is asked */
export function questionSentence(name: string, answer: GateAnswer | undefined): Localized {
  const said = answer === undefined || answer.reason === '' ? '' : `: ${answer.reason}`
  switch (answer?.kind) {
    case undefined:
      return { en: `${name} is being asked`, 'zh-CN': `正在询问 ${name}` }
    case 'allowed':
      return { en: `${name} lets it go on${said}`, 'zh-CN': `${name} 已放行${said}` }
    case 'refused':
      return { en: `${name} holds it${said}`, 'zh-CN': `${name} 未放行${said}` }
    case 'failed':
      return {
        en: `${name} could not be asked${said}; no answer is never a yes`,
        'zh-CN': `无法询问 ${name}${said}；没有回答不等于放行`,
      }
  }
}
