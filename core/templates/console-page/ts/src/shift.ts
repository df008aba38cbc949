export interface Shift {
  readonly shift: 'early' | 'late' | 'night'
  /** Hour of the day. */
  readonly endsAt: number
}

/** From when on each shift works; before the first of a day it is still the night. */
const shifts = [
  { from: 6, shift: 'early', endsAt: 14 },
  { from: 14, shift: 'late', endsAt: 22 },
  { from: 22, shift: 'night', endsAt: 6 },
] as const

export function shiftAt(hour: number): Shift {
  const { shift, endsAt } = shifts.findLast(({ from }) => hour >= from) ?? shifts[2]
  return { shift, endsAt }
}
