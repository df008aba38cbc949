import { Refusal } from '@signalbox/sdk'
import { decideByVariables, type SigmaMethod } from './variables-decision.ts'

export interface VariablesInput {
  readonly method: SigmaMethod
  readonly k: number
  readonly lower?: number
  readonly upper?: number
  /** Either the measurements themselves … */
  readonly measurements?: readonly number[]
  /** … or what was computed of them; `sigma` needs the known standard deviation in any case. */
  readonly sampleSize?: number
  readonly mean?: number
  readonly sd?: number
}

/** Accepts or rejects a lot by measurements. */
export function variablesDecision(input: VariablesInput) {
  const { method, k, lower, upper } = input
  const sample = summaryOf(input)
  return {
    ...sample,
    ...decideByVariables({
      method,
      k,
      ...sample,
      ...(lower === undefined ? {} : { lower }),
      ...(upper === undefined ? {} : { upper }),
    }),
  }
}

function summaryOf({ method, measurements, sampleSize, mean, sd }: VariablesInput) {
  if (measurements !== undefined) {
    const average = meanOf(measurements)
    if (method === 's') {
      return { sampleSize: measurements.length, mean: average, sd: spreadOf(measurements, average) }
    }
    if (sd !== undefined) return { sampleSize: measurements.length, mean: average, sd }
  } else if (sampleSize !== undefined && mean !== undefined && sd !== undefined) {
    return { sampleSize, mean, sd }
  }
  throw new Refusal(
    'SAMPLE_INCOMPLETE',
    'Send measurements, or sampleSize, mean and sd; for the method sigma the known standard deviation as sd in any case.',
  )
}

function meanOf(values: readonly number[]): number {
  const rough = values.reduce((sum, value) => sum + value, 0) / values.length
  // A second pass takes back what rounding of the first left.
  return rough + values.reduce((sum, value) => sum + (value - rough), 0) / values.length
}

function spreadOf(values: readonly number[], mean: number): number {
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / Math.max(1, values.length - 1))
}
