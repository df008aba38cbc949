import { useEffect } from 'react'
import { useList } from './list.ts'
import type { Ask } from './request.ts'

/** What a filter of the page looks through: the host has none for it. More are asked for by hand. */
const MOST_ROWS = 2000

/** A list of the host to its end, so that what is filtered here is filtered out of all. */
export function useWholeList<Item>(path: string, query: Ask['query'] = {}, isEnabled = true) {
  const list = useList<Item>(path, query, isEnabled)
  const { hasNextPage, isFetching, isError, fetchNextPage, items } = list
  const isShort = items.length < MOST_ROWS
  useEffect(() => {
    // Several places may ask for one list at once; one of them is enough.
    if (hasNextPage && !isFetching && !isError && isShort)
      void fetchNextPage({ cancelRefetch: false })
  }, [hasNextPage, isFetching, isError, isShort, fetchNextPage])
  return { ...list, isCut: hasNextPage && !isShort }
}
