import { Refusal } from '@signalbox/sdk'
import { mean, range, standardDeviation } from '../distributions/moments.ts'
import { type ChartKind, chartKinds, type Sample, type Statistics } from './chart-kinds.ts'

/** Above this, neighbouring numbers are so far apart that a spread of them is noise of the machine. */
const LARGEST = 1e15

/** @throws Refusal SPC_SAMPLE_INVALID, SPC_VALUE_INVALID, SPC_SUBGROUP_SIZE */
export function statisticsOf(kind: ChartKind, sample: Sample): Statistics {
  return chartKinds[kind].sample === 'values' ? ofValues(kind, sample) : ofCount(kind, sample)
}

function ofValues(kind: ChartKind, { values, count, size }: Sample): Statistics {
  if (values === undefined || count !== undefined || size !== undefined) {
    throw new Refusal('SPC_SAMPLE_INVALID', `A chart of kind ${kind} takes "values" alone.`)
  }
  const [least, most] = chartKinds[kind].subgroup ?? [1, 1]
  if (values.length < least || values.length > most) {
    throw new Refusal(
      'SPC_SUBGROUP_SIZE',
      `A subgroup of ${values.length} does not fit a chart of kind ${kind} (${least} to ${most}): take "i-mr" for single values, "xbar-s" above 25.`,
    )
  }
  for (const value of values) requireNumber(value)
  const isSpread = kind === 'xbar-s' ? standardDeviation : range
  return {
    location: mean(values),
    size: values.length,
    dispersion: values.length > 1 ? isSpread(values) : null,
  }
}

function ofCount(kind: ChartKind, sample: Sample): Statistics {
  const { needsSize } = chartKinds[kind]
  const { values, count, size } = sample
  if (values !== undefined || count === undefined || (size !== undefined) !== needsSize) {
    const takes = needsSize ? '"count" and "size"' : '"count" alone'
    throw new Refusal('SPC_SAMPLE_INVALID', `A chart of kind ${kind} takes ${takes}.`)
  }
  requireCount(kind, count, size ?? 1)
  const isRate = kind === 'p' || kind === 'u'
  return { location: isRate ? count / (size ?? 1) : count, size: size ?? 1, dispersion: null }
}

function requireCount(kind: ChartKind, count: number, size: number): void {
  requireNumber(count)
  requireNumber(size)
  if (!Number.isInteger(count) || count < 0 || size <= 0) {
    const cure = 'A count is a whole number from 0 on, a size is above 0.'
    throw new Refusal('SPC_SAMPLE_INVALID', cure)
  }
  if (chartKinds[kind].countsItems && !(Number.isInteger(size) && count <= size)) {
    throw new Refusal('SPC_SAMPLE_INVALID', `Of ${size} items ${count} cannot be nonconforming.`)
  }
}

function requireNumber(value: number): void {
  if (!Number.isFinite(value) || Math.abs(value) > LARGEST) {
    throw new Refusal(
      'SPC_VALUE_INVALID',
      `${value} is no measurement: a finite number of at most 10^15 is, in a unit that keeps it small.`,
    )
  }
}
