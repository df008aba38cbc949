export interface Stage {
  /** A version and what is special about it. */
  readonly what: string
  /** Weight of the canary when the stage ended, in basis points. */
  readonly weightBp: number
  readonly expected: string
  readonly ended: string
  /** Calls that were given to the new version. */
  readonly calls: number
  /** Those that it failed, and that stable answered. */
  readonly failed: number
  /** From the start of the rollout to its end. */
  readonly tookMs: number
  readonly callerErrors: number
}

const headings = ['what', 'weight', 'calls', 'failed', 'ended', 'after', 'caller errors']

/** The table for people: words to the left, figures to the right. */
export function tableOf(stages: readonly Stage[]): string {
  const rows = stages.map((stage) => [
    stage.what,
    `${stage.weightBp / 100} %`,
    String(stage.calls),
    String(stage.failed),
    stage.ended.replace('_', ' '),
    `${(stage.tookMs / 1000).toFixed(1)} s`,
    String(stage.callerErrors),
  ])
  const all = [headings, ...rows]
  const widths = headings.map((_, column) =>
    Math.max(...all.map((cells) => cells[column]?.length ?? 0)),
  )
  const isWord = (column: number) => column === 0 || column === 4
  return all
    .map((cells) =>
      cells
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return isWord(column) ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** What did not go as the product promises; none: the tour has passed. */
export function disappointments(stages: readonly Stage[]): string[] {
  return stages.flatMap(({ what, expected, ended, calls, callerErrors }) => [
    ...(ended === expected ? [] : [`${what}: expected ${expected}, and it is ${ended}`]),
    ...(calls > 0 ? [] : [`${what}: no call has reached it`]),
    ...(callerErrors === 0
      ? []
      : [`${what}: the app saw ${callerErrors} errors that stable could have answered`]),
  ])
}
