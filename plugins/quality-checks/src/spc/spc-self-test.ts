import { capabilityIndices } from '../capability/capability-indices.ts'
import { rangeConstants } from './control-constants.ts'
import { flagRules } from './flag-rules.ts'

/** @throws Error naming what is wrong */
export function spcSelfTest(): void {
  // d2 of three values is 3/√π.
  requireNear('d2(3)', rangeConstants(3, 'computed').d2, 3 / Math.sqrt(Math.PI), 1e-12)
  const spread = { mean: 74.001176, sigma: 0.0097850386930353, n: 125 }
  const { cpk } = capabilityIndices(spread, { lsl: 73.95, usl: 74.05, target: 74 }, 0.95)
  requireNear('Cpk', cpk.value, 1.66321944932665, 1e-9)
  requireNear('the lower limit of Cpk', cpk.low ?? Number.NaN, 1.44812896099511, 1e-9)
  const run = flagRules(Array<number>(9).fill(0.5), { centre: 0, sigma: 1, rules: 'nelson' })
  if (run.length !== 1 || run[0]?.index !== 8 || run[0].rule !== 'nelson-2') {
    throw new Error(`Nine points on one side are flagged as ${JSON.stringify(run)}`)
  }
}

function requireNear(name: string, value: number, expected: number, tolerance: number): void {
  if (Math.abs(value - expected) <= tolerance) return
  throw new Error(`${name} is ${value} instead of ${expected}`)
}
