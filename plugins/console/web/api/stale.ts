import type { Query, QueryCache } from '@tanstack/react-query'

/** Shown, and the last look at it failed. A source of a contributed page is told by its own block. */
export function isStale({ queryKey, state }: Pick<Query, 'queryKey' | 'state'>): boolean {
  return state.status === 'error' && state.data !== undefined && String(queryKey[0]).startsWith('/')
}

/** @returns what of all that is on the screen was seen longest ago and could not be looked at again */
export function oldestStale(cache: QueryCache): Query['state'] | undefined {
  return cache
    .findAll({ type: 'active', predicate: isStale })
    .map(({ state }) => state)
    .sort((one, other) => one.dataUpdatedAt - other.dataUpdatedAt)[0]
}
