import { Refusal } from '@signalbox/sdk'

/** One reading of a part by an operator. */
export interface Reading {
  readonly part: string
  readonly operator: string
  readonly value: number
}

/** A crossed and balanced study: readings[part][operator] holds all trials. */
export interface StudyTable {
  readonly parts: number
  readonly operators: number
  readonly trials: number
  readonly readings: readonly (readonly (readonly number[])[])[]
}

/**
 * Parts and operators in the order in which they first appear.
 * @throws Refusal STUDY_TOO_SMALL, STUDY_UNBALANCED, SPC_VALUE_INVALID
 */
export function studyTable(readings: readonly Reading[]): StudyTable {
  const parts = [...new Set(readings.map(({ part }) => part))]
  const operators = [...new Set(readings.map(({ operator }) => operator))]
  const cells = new Map<string, number[]>()
  for (const { part, operator, value } of readings) {
    if (!Number.isFinite(value)) {
      throw new Refusal('SPC_VALUE_INVALID', `The reading ${value} of part ${part} is no number.`)
    }
    const key = JSON.stringify([part, operator])
    const cell = cells.get(key)
    if (cell) cell.push(value)
    else cells.set(key, [value])
  }
  const table = parts.map((part) =>
    operators.map((operator) => cells.get(JSON.stringify([part, operator])) ?? []),
  )
  const trials = table[0]?.[0]?.length ?? 0
  const isBalanced = table.every((row) => row.every((cell) => cell.length === trials))
  if (!isBalanced) {
    const cure =
      'Each operator reads each part equally often: add what is missing, or leave the part out.'
    throw new Refusal('STUDY_UNBALANCED', cure)
  }
  if (parts.length < 2 || operators.length < 2 || trials < 2) {
    const cure =
      'A crossed study has at least 2 parts, 2 operators and 2 trials; 10, 3 and 3 are usual.'
    throw new Refusal('STUDY_TOO_SMALL', cure)
  }
  return { parts: parts.length, operators: operators.length, trials, readings: table }
}
