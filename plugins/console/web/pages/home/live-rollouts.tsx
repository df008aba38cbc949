import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { AbortButton } from '../rollouts/abort-button.tsx'
import { isOver, type RolloutSummary, TONES } from '../rollouts/rollout.ts'

const EVERY_MS = 2000

/** What is being tried now, with the way back beside it. */
export function LiveRollouts() {
  const { t } = useTranslation('home')
  const { t: tr } = useTranslation('rollouts')
  const keep = usePlaceQuery()
  const { data } = useQuery({
    queryKey: ['/v1/rollouts', 'live'],
    queryFn: ({ signal }) =>
      request<Listed<RolloutSummary>>('GET', '/v1/rollouts', { query: { limit: 50 }, signal }),
    refetchInterval: EVERY_MS,
  })
  const live = data?.items.filter(({ state }) => !isOver(state)) ?? []
  return (
    <Card
      size="small"
      title={t('liveRollouts')}
      extra={<Link to={{ pathname: '/rollouts', search: keep }}>{t('all')}</Link>}
    >
      {live.length === 0 ? (
        <EmptyState text={t('noneLive')} />
      ) : (
        <ul className="plain-list">
          {live.map((rollout) => (
            <li key={rollout.id}>
              <Link to={{ pathname: `/rollouts/${rollout.id}`, search: keep }}>
                {`${rollout.plugin} ${rollout.from} → ${rollout.to}`}
              </Link>
              <StatusTag tone={TONES[rollout.state]} label={tr(`states.${rollout.state}`)} />
              <AbortButton rollout={rollout} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
