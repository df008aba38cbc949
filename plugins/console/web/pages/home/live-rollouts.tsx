import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { isOver, type RolloutSummary } from '../rollouts/rollout.ts'

const LiveRollout = lazy(async () => ({
  default: (await import('./live-rollout.tsx')).LiveRollout,
}))

const EVERY_MS = 2000

/** What is being tried now, with the way back beside it. */
export function LiveRollouts() {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  const { data, error } = useQuery({
    queryKey: ['/v1/rollouts', 'live'],
    queryFn: ({ signal }) =>
      request<Listed<RolloutSummary>>('GET', '/v1/rollouts', { query: { limit: 50 }, signal }),
    refetchInterval: EVERY_MS,
  })
  const live = data?.items.filter(({ state }) => !isOver(state)) ?? []
  return (
    <Panel
      title={t('liveRollouts')}
      extra={<Link to={{ pathname: '/rollouts', search: keep }}>{t('all')}</Link>}
    >
      {data === undefined ? (
        error === null ? (
          <Waiting />
        ) : (
          <ProblemNote error={error} />
        )
      ) : live.length === 0 ? (
        <EmptyState text={t('noneLive')} />
      ) : (
        <ul className="plain-list">
          {live.map((rollout) => (
            <li key={rollout.id}>
              <Suspense fallback={<Waiting />}>
                <LiveRollout rollout={rollout} />
              </Suspense>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
