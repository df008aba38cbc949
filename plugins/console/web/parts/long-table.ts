/** More rows at once than a browser draws without a pause. */
const MANY = 300

/** How a table scrolls: with many rows, only those in sight are drawn, and it has a height of its own. Pure. */
export function scrollOf(rows: number) {
  return rows > MANY
    ? ({ virtual: true, scroll: { x: 1000, y: 600 } } as const)
    : ({ scroll: { x: 'max-content' } } as const)
}
