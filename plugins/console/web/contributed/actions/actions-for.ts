import { readPointer } from '../bind.ts'
import type { ActionSpec } from '../page-spec.ts'

/** What may be done with a row as it stands. Pure. */
export function actionsFor(actions: readonly ActionSpec[], row: unknown): readonly ActionSpec[] {
  return actions.filter(({ when }) => {
    if (when === undefined) return true
    const values = [readPointer(row, when.field)].flat()
    return values.some(
      (value) => value !== undefined && value !== null && when.in.includes(String(value)),
    )
  })
}
