import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { type LiveState, useLive } from '../../api/live.ts'
import { request } from '../../api/request.ts'
import { type EvidencePoint, isOver, type ShownRollout } from './rollout.ts'

/** A settled rollout moves only when a person rolls it back: worth a look now and then. */
const SETTLED_MS = 5000

const STREAM = ['rollout'] as const

/** A rollout, live: each event of the host holds the whole of it. */
export function useRollout(id: string): {
  readonly rollout: ShownRollout | undefined
  readonly error: Error | null
  readonly live: LiveState
} {
  const path = rolloutPath(id)
  const queries = useQueryClient()
  const [isStreamed, setStreamed] = useState(true)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<ShownRollout>('GET', path, { signal }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isOver(state.data.state) ? SETTLED_MS : false,
  })
  const onEvent = useCallback(
    (_type: string, told: unknown) => {
      const rollout = told as ShownRollout
      queries.setQueryData([path], rollout)
      setStreamed(!isOver(rollout.state))
    },
    [queries, path],
  )
  const isLive = isStreamed && data !== undefined && !isOver(data.state)
  const live = useLive(isLive ? `${path}/events` : null, STREAM, onEvent)
  return { rollout: data, error, live: isLive ? live : 'live' }
}

/** How the evidence grew; asked for again with each event, at most every two seconds. */
export function useEvidence(rollout: ShownRollout | undefined): readonly EvidencePoint[] {
  const path = rollout === undefined ? '' : `${rolloutPath(rollout.id)}/analysis`
  const { data } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ points: readonly EvidencePoint[] }>('GET', path, { signal }),
    enabled: rollout !== undefined,
    refetchInterval: rollout !== undefined && !isOver(rollout.state) ? 2000 : false,
  })
  return data?.points ?? []
}

export function rolloutPath(id: string): string {
  return `/v1/rollouts/${encodeURIComponent(id)}`
}
