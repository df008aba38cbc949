import { acceptanceProbability } from './operating-characteristics.ts'
import { tabledPlan } from './sampling-plan.ts'

/** Refuses to serve where a plan or a probability is not the known one; touches no table. */
export function samplingSelfTest(): void {
  const plan = tabledPlan({
    scheme: 'mil-std-105e',
    type: 'single',
    lotSize: 1000,
    level: 'II',
    aql: 1,
    severity: 'normal',
  })
  const key = JSON.stringify([plan.letter, plan.stages])
  if (key !== '["J",[{"sampleSize":80,"accept":2,"reject":3}]]') {
    throw new Error(`The plan of 1000 items at AQL 1 is ${key}`)
  }
  // C(80,0) .95^80 + C(80,1) .05 .95^79 + C(80,2) .05² .95^78
  const chance = acceptanceProbability(plan.stages, { kind: 'binomial' }, 0.05)
  if (Math.abs(chance - 0.230_620_504_916_492) > 1e-12) {
    throw new Error(`n 80, c 2 accepts 5 % nonconforming with ${chance}`)
  }
}
