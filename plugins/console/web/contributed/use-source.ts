import { hashKey, type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import type { WhyNot } from '../api/may-call.ts'
import { useViewer } from '../app/viewer-context.ts'
import { bindInput, paramsIn, readPointer } from './bind.ts'
import { missingIn, type Operation, pagingOf } from './contract-input.ts'
import { useContributedPlace } from './contributed-context.ts'
import type { SourceSpec } from './page-spec.ts'
import { type ServiceAnswer, serviceAnswer } from './service-answer.ts'
import { useOperation } from './use-operation.ts'

/** Pages that one block keeps; somebody who wants more rows filters. */
const MOST_PAGES = 200

/** The read that a block shows. */
export interface SourceState {
  readonly answer: unknown
  /** All pages that are there so far, oldest question first. */
  readonly answers: readonly unknown[]
  readonly version: string | undefined
  readonly at: number
  readonly isPending: boolean
  readonly isFetching: boolean
  /** What is shown was asked for with other filters: the answer to these is on its way. */
  readonly isBefore: boolean
  readonly error: Error | null
  /** Inputs that somebody has to give before anything can be asked. */
  readonly missing: readonly string[]
  readonly whyNot: WhyNot | undefined
  readonly operation: Operation | undefined
  readonly hasMore: boolean
  /** There are more rows than the page asks for. */
  readonly isCut: boolean
  readonly more: () => void
  readonly again: () => void
}

/** Where the key of a read has what the page binds. */
const BOUND = 3

function sourceKey({ service, operation }: SourceSpec): readonly [string, string, string] {
  return ['service', service, operation]
}

/** @param extra input beside what the page binds, such as filters; absent members stay out */
export function useSource(
  source: SourceSpec,
  extra: (operation: Operation) => object = () => ({}),
): SourceState {
  const viewer = useViewer()
  const { params } = useContributedPlace()
  const known = useOperation(source)
  const { operation } = known
  const bound = bindInput(source.input, { params })
  const asked = paramsIn(source.input)
  const narrowed = operation === undefined ? {} : extra(operation)
  const input = { ...bound, ...narrowed }
  const paging = operation === undefined ? undefined : pagingOf(operation.input)
  const isPaged = paging !== undefined && !('limit' in bound)
  const missing = operation === undefined ? [] : missingIn(operation.input, input)
  const isReady = operation !== undefined && missing.length === 0 && viewer.kind === 'user'
  const found = useInfiniteQuery<
    ServiceAnswer,
    Error,
    InfiniteData<ServiceAnswer>,
    readonly unknown[],
    string | undefined
  >({
    queryKey: [...sourceKey(source), bound, narrowed],
    queryFn: ({ pageParam, signal }) =>
      serviceAnswer(
        source,
        {
          ...(paging !== undefined && !('limit' in input) ? paging : {}),
          ...input,
          ...(pageParam === undefined ? {} : { cursor: pageParam }),
        },
        signal,
      ),
    initialPageParam: undefined,
    getNextPageParam: (last, pages) => {
      const next = readPointer(last.value, '/next')
      // A page that says how many rows it wants wants those and no more.
      const isMore = isPaged && typeof next === 'string' && pages.length < MOST_PAGES
      return isMore ? next : undefined
    },
    enabled: isReady && known.whyNot === undefined,
    // Of the same thing, narrowed otherwise: nobody who filters loses what he sees before there is something else.
    placeholderData: (before, query) =>
      hashKey([query?.queryKey[BOUND]]) === hashKey([bound]) ? before : undefined,
  })
  const pages = found.data?.pages ?? []
  return {
    answer: pages[0]?.value,
    answers: pages.map(({ value }) => value),
    version: pages[0]?.version,
    at: found.dataUpdatedAt,
    isPending: known.isPending || (isReady && known.whyNot === undefined && found.isPending),
    isFetching: found.isFetching,
    isBefore: found.isPlaceholderData,
    error: known.error ?? found.error,
    missing: missing.map((name) => asked.get(name) ?? name),
    whyNot: known.whyNot,
    operation,
    hasMore: found.hasNextPage,
    isCut: !isPaged && typeof readPointer(pages[0]?.value, '/next') === 'string',
    more: () => void found.fetchNextPage(),
    again: () => void found.refetch(),
  }
}
