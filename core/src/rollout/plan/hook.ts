import type { InputFault } from '@signalbox/sdk/errors'
import { parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import { isObject, unknownKeys } from './plan-faults.ts'
import { checkInto, checkTerms, type QuestionTerms, termKeys } from './question.ts'

/** A step that an address outside of the host ends, such as a change calendar or a run of load tests. */
export interface HookStep {
  readonly hook: Hook
}

export interface Hook extends QuestionTerms {
  /** Asked by POST; https, unless the operator named the place. It answers as a gate's service does. */
  readonly url: string
}

const MAX_URL = 2048

const known = ['url', ...termKeys]

export function hookFaults(value: unknown, pointer: string): InputFault[] {
  if (!isObject(value))
    return [{ pointer, detail: 'must be { url, input?, deadlineMs?, mostMs? }' }]
  const faults = unknownKeys(value, pointer, known)
  const check = checkInto(faults, pointer)
  const { url } = value
  const isAddress =
    typeof url === 'string' && url.length <= MAX_URL && parseTarget(url) !== undefined
  check(
    'url',
    isAddress,
    `must be an http address without a user, of at most ${MAX_URL} characters`,
  )
  checkTerms(value, check)
  return faults
}

/** As a sentence names it: its path may hold what opens it. */
export function hookName({ url }: Hook): string {
  return new URL(url).host
}
