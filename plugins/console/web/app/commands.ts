/** Somewhere to go. */
export interface Command {
  readonly place: string
  readonly label: string
  /** What stands behind the place in the address; absent: what goes along to every page. */
  readonly search?: string
  /** What it is found by, too. */
  readonly words?: readonly string[]
  /** The plugin that put it here; absent: the console's own. */
  readonly by?: string
}

const MOST = 12

/** Those whose label holds the letters in their order; what begins with them comes first. Pure. */
export function commandsFor(all: readonly Command[], text: string): readonly Command[] {
  const wanted = text.trim().toLowerCase()
  return all
    .map((command) => ({ command, rank: rankOfCommand(command, wanted) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MOST)
    .map(({ command }) => command)
}

/** A word beside the label counts less than the label, and the console's own comes before what plugins call alike. */
function rankOfCommand({ label, words = [], by }: Command, wanted: string): number {
  const ranks = [
    rankOf(label.toLowerCase(), wanted),
    ...words.map((word) => rankOf(word.toLowerCase(), wanted) + 1),
  ]
  return Math.min(...ranks) + (by === undefined ? 0 : 0.5)
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
