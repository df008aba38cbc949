/** Somewhere to go. */
export interface Command {
  readonly place: string
  readonly label: string
}

const MOST = 12

/** Those whose label holds the letters in their order; what begins with them comes first. Pure. */
export function commandsFor(all: readonly Command[], text: string): readonly Command[] {
  const wanted = text.trim().toLowerCase()
  return all
    .map((command) => ({ command, rank: rankOf(command.label.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MOST)
    .map(({ command }) => command)
}

function rankOf(label: string, wanted: string): number {
  if (wanted === '' || label.startsWith(wanted)) return 0
  const at = label.indexOf(wanted)
  if (at >= 0) return at
  let from = 0
  for (const letter of wanted) {
    from = label.indexOf(letter, from) + 1
    if (from === 0) return Number.POSITIVE_INFINITY
  }
  return 1000 + from
}
