import { Refusal } from '@signalbox/sdk'
import { isWithin } from '../limits/within-limits.ts'
import { convert, unitCode } from '../units/units-of-measure.ts'
import type { Characteristic } from './plan-definition.ts'
import type { Defect, Result } from './result.ts'

/** What one result says, in the unit of its characteristic. */
export interface Judged {
  readonly value: number | null
  readonly enteredValue: number | null
  readonly enteredUnit: string | null
  readonly conforming: boolean
  readonly defects: readonly Defect[]
}

/** @throws RESULT_INVALID, UNIT_MISMATCHED, DEFECT_CLASS_UNKNOWN */
export function judgeValue(characteristic: Characteristic, result: Result): Judged {
  return characteristic.kind === 'variable'
    ? judgeVariable(characteristic, result)
    : judgeAttribute(characteristic, result)
}

export function defectsOf(characteristic: Characteristic, value: number): readonly Defect[] {
  const { lsl: lower, usl: upper } = characteristic
  if (isWithin({ lower, upper }, value)) return []
  const [limit] = characteristic.classes
  return limit === undefined
    ? []
    : [{ class: limit.class, code: sideOf(characteristic, value), count: 1 }]
}

function sideOf({ lsl }: Characteristic, value: number): string {
  return lsl !== undefined && value < lsl ? 'below-lsl' : 'above-usl'
}

function judgeVariable(characteristic: Characteristic, result: Result): Judged {
  const { id, unit = '' } = characteristic
  const { value, inspected = 1 } = result
  if (characteristic.formula !== undefined) {
    throw invalid(`${id} is computed: send the measurements that its formula reads`)
  }
  if (value === undefined || inspected !== 1) {
    throw invalid(`${id} is measured: send one value for each item`)
  }
  if (result.pass !== undefined || result.defects !== undefined) {
    throw invalid(`${id} is judged by its limits: send its value alone`)
  }
  const entered = result.unit ?? unit
  const converted = convert(value, entered, unit)
  const defects = defectsOf(characteristic, converted)
  return {
    value: converted,
    enteredValue: value,
    enteredUnit: unitCode(entered),
    conforming: defects.length === 0,
    defects,
  }
}

function judgeAttribute(characteristic: Characteristic, result: Result): Judged {
  const { id } = characteristic
  if (result.value !== undefined || result.unit !== undefined) {
    throw invalid(`${id} is an attribute: send pass or defects, no value`)
  }
  const defects = result.defects ?? []
  if (result.pass === undefined && result.defects === undefined) {
    throw invalid(`${id} needs pass or defects`)
  }
  if (result.pass === true && defects.length > 0) {
    throw invalid(`${id} cannot pass with defects`)
  }
  const all = result.pass === false && defects.length === 0 ? [onlyClass(characteristic)] : defects
  for (const defect of all) requireClass(characteristic, defect)
  const items = itemsOf(all, result.inspected ?? 1)
  if (result.inspected !== undefined && items > result.inspected) {
    throw invalid(`${id}: more items do not conform than were looked at`)
  }
  return {
    value: null,
    enteredValue: null,
    enteredUnit: null,
    conforming: all.length === 0,
    defects: all,
  }
}

function onlyClass({ id, classes }: Characteristic): Defect {
  const [only] = classes
  if (only !== undefined && classes.length === 1) return { class: only.class, count: 1 }
  throw invalid(`${id} has several classes of defects: say which were found`)
}

function requireClass({ id, classes }: Characteristic, defect: Defect): void {
  if (classes.some((entry) => entry.class === defect.class)) return
  const names = classes.map((entry) => entry.class).join(', ')
  throw new Refusal(
    'DEFECT_CLASS_UNKNOWN',
    `${id} has no ${defect.class} defects: choose of ${names}.`,
  )
}

/** Nonconforming items of each class cannot be more than were looked at; one item may have any number of defects. */
function itemsOf(defects: readonly Defect[], inspected: number): number {
  if (inspected === 1) return Math.min(defects.length, 1)
  const classes = new Set(defects.map((defect) => defect.class))
  return Math.max(0, ...[...classes].map((name) => itemsOfClass(defects, name)))
}

function itemsOfClass(defects: readonly Defect[], name: string): number {
  return defects.reduce((sum, defect) => sum + (defect.class === name ? defect.count : 0), 0)
}

function invalid(fault: string): Refusal {
  return new Refusal('RESULT_INVALID', `The result is not taken: ${fault}.`)
}
