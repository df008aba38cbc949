import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import { type Ask, request } from './request.ts'

/** A page of a list, as all lists of the host have it. */
export interface Listed<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}

/** Rows that one question asks for; the host gives no more than 200. */
export const PAGE_ROWS = 100

/**
 * A list of the host, page by page.
 * @param followMs asks anew so often while nothing but the first page is shown, and somebody looks
 * @returns the rows that are there so far, and what asks for more
 */
export function useList<Item>(
  path: string,
  query: Ask['query'] = {},
  isEnabled = true,
  followMs?: (items: readonly Item[]) => number,
) {
  const found = useInfiniteQuery<
    Listed<Item>,
    Error,
    InfiniteData<Listed<Item>>,
    readonly unknown[],
    string | undefined
  >({
    queryKey: [path, query],
    queryFn: ({ pageParam, signal }) =>
      request<Listed<Item>>('GET', path, {
        query: { limit: PAGE_ROWS, ...query, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next,
    enabled: isEnabled,
    refetchInterval: ({ state }) => {
      const pages = state.data?.pages ?? []
      if (followMs === undefined || pages.length > 1) return false
      return followMs(pages[0]?.items ?? [])
    },
  })
  return { ...found, items: found.data?.pages.flatMap(({ items }) => items) ?? [] }
}
