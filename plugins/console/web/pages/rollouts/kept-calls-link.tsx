import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { may } from '../../api/may.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import type { RolloutSummary } from './rollout.ts'

/** To what the new version was asked in the company that is looked at: failed calls are kept there, and can be replayed. */
export function KeptCallsLink({ rollout }: { rollout: Pick<RolloutSummary, 'plugin' | 'to'> }) {
  const { t } = useTranslation('rollouts')
  const query = new URLSearchParams(usePlaceQuery())
  const isTold = may(useViewer(), 'invocation.list')
  if (useTenant() === undefined || !isTold) return null
  query.set('tab', 'invocations')
  query.set('version', rollout.to)
  const pathname = `/plugins/${encodeURIComponent(rollout.plugin)}`
  return (
    <Link to={{ pathname, search: `?${query}` }}>{t('keptCalls', { version: rollout.to })}</Link>
  )
}
