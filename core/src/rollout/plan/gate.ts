import type { InputFault } from '@signalbox/sdk/errors'
import { isName, isObject, isWhole, unknownKeys } from './plan-faults.ts'
import { checkInto, checkTerms, type QuestionTerms, termKeys } from './question.ts'

/** A step that a data service ends, such as an office's board or a service level's ledger. */
export interface GateStep {
  readonly gate: Gate
}

export interface Gate extends QuestionTerms {
  /** Whose service is asked: a data service serves a tenant. */
  readonly tenant: string
  readonly service: string
  readonly major: number
  readonly operation: string
}

const known = ['tenant', 'service', 'major', 'operation', ...termKeys]
const serviceName = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/
const operationName = /^[A-Za-z][A-Za-z0-9]{0,59}$/

export function gateFaults(value: unknown, pointer: string): InputFault[] {
  if (!isObject(value)) {
    return [
      { pointer, detail: 'must be { tenant, service, major, operation, input?, deadlineMs? }' },
    ]
  }
  const faults = unknownKeys(value, pointer, known)
  const check = checkInto(faults, pointer)
  const { tenant, service, major, operation } = value
  check('tenant', isName(tenant), 'must be the id of a tenant')
  check('service', isText(service, serviceName, 100), 'must be the id of a data service')
  check('major', isWhole(major, 1, 999), 'must be a whole number, 1 to 999')
  check('operation', isText(operation, operationName, 60), 'must be the name of an operation')
  checkTerms(value, check)
  return faults
}

function isText(value: unknown, pattern: RegExp, most: number): boolean {
  return typeof value === 'string' && value.length <= most && pattern.test(value)
}

export function gateName({ service, major, operation }: Gate): string {
  return `${service}@${major}/${operation}`
}
