import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type LiveState, useLive } from '../../api/live.ts'
import { request } from '../../api/request.ts'
import { type EvidencePoint, isOver, type ShownRollout } from './rollout.ts'

/** A settled rollout moves only when a person rolls it back: worth a look now and then. */
const SETTLED_MS = 5000

/** While nothing is heard by the stream, it is looked at. */
const UNHEARD_MS = 2000

const STREAM = ['rollout'] as const

/** A rollout, live: each event of the host holds the whole of it. */
export function useRollout(id: string): {
  readonly rollout: ShownRollout | undefined
  readonly error: Error | null
  readonly live: LiveState
} {
  const path = rolloutPath(id)
  const queries = useQueryClient()
  const onEvent = useCallback(
    (_type: string, told: unknown) => queries.setQueryData([path], told as ShownRollout),
    [queries, path],
  )
  const known = queries.getQueryData<ShownRollout>([path])
  const isUnderWay = known !== undefined && !isOver(known.state)
  const live = useLive(isUnderWay ? `${path}/events` : null, STREAM, onEvent)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<ShownRollout>('GET', path, { signal }),
    refetchInterval: ({ state }) => {
      if (state.data === undefined) return false
      if (isOver(state.data.state)) return SETTLED_MS
      return live === 'live' ? false : UNHEARD_MS
    },
  })
  return { rollout: data, error, live: isUnderWay ? live : 'live' }
}

/** How the evidence grew; looked at every two seconds while it may grow. */
export function useEvidence(rollout: ShownRollout) {
  const path = `${rolloutPath(rollout.id)}/analysis`
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ points: readonly EvidencePoint[] }>('GET', path, { signal }),
    refetchInterval: isOver(rollout.state) ? false : 2000,
  })
}

export function rolloutPath(id: string): string {
  return `/v1/rollouts/${encodeURIComponent(id)}`
}
