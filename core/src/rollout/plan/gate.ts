import type { InputFault, Localized } from '@signalbox/sdk/errors'
import { isName, isObject, isWhole, unknownKeys } from './plan-faults.ts'

/** A step that a data service ends, such as an office's board or a service level's ledger. */
export interface GateStep {
  readonly gate: Gate
}

export interface Gate {
  /** Whose service is asked: a data service serves a tenant. */
  readonly tenant: string
  readonly service: string
  readonly major: number
  readonly operation: string
  /** Told beside what the host says of the rollout. */
  readonly input?: Readonly<Record<string, unknown>>
  /** Of one question. */
  readonly deadlineMs?: number
  /** After this long without a yes the rollout is paused; else it goes on asking. */
  readonly mostMs?: number
}

/** What a gate's service said last. */
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

const known = ['tenant', 'service', 'major', 'operation', 'input', 'deadlineMs', 'mostMs']
const serviceName = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/
const operationName = /^[A-Za-z][A-Za-z0-9]{0,59}$/

export function gateFaults(value: unknown, pointer: string): InputFault[] {
  if (!isObject(value)) {
    return [
      { pointer, detail: 'must be { tenant, service, major, operation, input?, deadlineMs? }' },
    ]
  }
  const faults = unknownKeys(value, pointer, known)
  const check = (key: string, isRight: boolean, detail: string) => {
    if (!isRight) faults.push({ pointer: `${pointer}/${key}`, detail })
  }
  const { tenant, service, major, operation, input, deadlineMs, mostMs } = value
  check('tenant', isName(tenant), 'must be the id of a tenant')
  check('service', isText(service, serviceName, 100), 'must be the id of a data service')
  check('major', isWhole(major, 1, 999), 'must be a whole number, 1 to 999')
  check('operation', isText(operation, operationName, 60), 'must be the name of an operation')
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
  return faults
}

function isText(value: unknown, pattern: RegExp, most: number): boolean {
  return typeof value === 'string' && value.length <= most && pattern.test(value)
}

export function gateDeadlineMs({ deadlineMs = DEFAULT_DEADLINE_MS }: Gate): number {
  return deadlineMs
}

/** What the service said, from whatever it answered: only `allow: true` is a yes. */
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

/** What the step waits for, or that it need not wait. */
export function gateSentence({ gate }: GateStep, answer: GateAnswer | undefined): Localized {
  const name = `${gate.service}@${gate.major}/${gate.operation}`
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
