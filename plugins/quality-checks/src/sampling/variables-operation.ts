import { Refusal } from '@signalbox/sdk'
import { mean, standardDeviation } from '../distributions/moments.ts'
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

function summaryOf(input: VariablesInput) {
  const { method, measurements, sampleSize, sd } = input
  if (measurements !== undefined) {
    const average = mean(measurements)
    if (method === 's') {
      return { sampleSize: measurements.length, mean: average, sd: spreadOf(measurements) }
    }
    if (sd !== undefined) return { sampleSize: measurements.length, mean: average, sd }
  } else if (sampleSize !== undefined && input.mean !== undefined && sd !== undefined) {
    return { sampleSize, mean: input.mean, sd }
  }
  throw new Refusal(
    'SAMPLE_INCOMPLETE',
    'Send measurements, or sampleSize, mean and sd; for the method sigma the known standard deviation as sd in any case.',
  )
}

/** Of one value there is none; that it is too small a sample is said elsewhere. */
function spreadOf(values: readonly number[]): number {
  return values.length < 2 ? 0 : standardDeviation(values)
}
