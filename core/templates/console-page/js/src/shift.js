/** From when on each shift works; before the first of a day it is still the night. */
const shifts = [
  { from: 6, shift: 'early', endsAt: 14 },
  { from: 14, shift: 'late', endsAt: 22 },
  { from: 22, shift: 'night', endsAt: 6 },
]

/** @param {number} hour of the day */
export function shiftAt(hour) {
  const { shift, endsAt } = shifts.findLast(({ from }) => hour >= from) ?? shifts[2]
  return { shift, endsAt }
}
