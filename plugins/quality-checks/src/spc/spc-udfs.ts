import { columnar, Refusal, scalar } from '@signalbox/sdk'
import { capability } from '../capability/capability.ts'
import { flagRules } from './flag-rules.ts'
import { ruleSets } from './rule-sets.ts'

/** The numbers of a json argument. @throws Refusal SPC_VALUE_INVALID */
function numbers(value: unknown): number[] {
  const isSeries = Array.isArray(value) && value.every((x) => typeof x === 'number')
  if (isSeries) return value
  throw new Refusal('SPC_VALUE_INVALID', 'A series is an array of numbers, such as [1.5, 2].')
}
