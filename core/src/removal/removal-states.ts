/** What becomes of what the plugin has stored. */
export const dataWishes = ['keep', 'export', 'purge'] as const
export type DataWish = (typeof dataWishes)[number]

/**
 * The way of a plugin out of the host, once nothing serves it any more. Each state survives kill -9: whoever looks next
 * goes on from there. `done` of `purging` leads nowhere: then there is no row. Whoever changes their mind may, until
 * the purge has begun.
 */
export const removalStates = {
  keeping: { done: 'kept', purge: 'purging', export: 'exporting' },
  kept: { purge: 'purging', export: 'exporting' },
  exporting: { done: 'purging', purge: 'purging', keep: 'keeping' },
  purging: { done: null },
} as const

export type RemovalState = keyof typeof removalStates
export type RemovalCommand = DataWish | 'done'

/** Where a removal begins. */
export const firstRemovalState = {
  keep: 'keeping',
  export: 'exporting',
  purge: 'purging',
} as const satisfies Readonly<Record<DataWish, RemovalState>>

/** States in which somebody has to work. */
export const unfinishedRemovals: readonly RemovalState[] = ['keeping', 'exporting', 'purging']

/** @returns the next state; null: it is over; undefined: the state does not know the command, and stays */
export function nextRemovalState(
  state: RemovalState,
  command: RemovalCommand,
): RemovalState | null | undefined {
  const moves: Partial<Record<RemovalCommand, RemovalState | null>> = removalStates[state]
  return moves[command]
}
