import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { InstallControl } from './install-control.tsx'
import type { ListedVersion } from './package.ts'
import { PlanView } from './plan-view.tsx'
import type { VersionPlan } from './version-plan.ts'

/** What the version would do here, found out first; then its terms, and the install. */
export function InstallTab({ version }: { version: ListedVersion }) {
  const { t } = useTranslation('marketplace')
  const [planned, setPlanned] = useParam('planned')
  const isAsked = planned === version.version
  const path = `/v1/plugins/${encodeURIComponent(version.name)}:plan`
  const plan = useQuery({
    queryKey: [path, version.version],
    // No change, though no GET: a version of another marketplace is fetched before it can be looked into.
    queryFn: ({ signal }) =>
      request<VersionPlan>('POST', path, { body: { version: version.version }, signal }),
    enabled: isAsked,
    retry: false,
    staleTime: 60_000,
  })
  if (!isAsked) {
    return (
      <div className="stack">
        <p>{t('planFirst')}</p>
        <div>
          <Button type="primary" onClick={() => setPlanned(version.version)}>
            {t('makePlan', { version: version.version })}
          </Button>
        </div>
        <CliLine command={`npx signalbox plugin install ${version.name}@${version.version}`} />
      </div>
    )
  }
  if (plan.isPending) {
    return (
      <div className="stack" aria-busy="true">
        <Alert type="info" showIcon title={t('planning')} role="status" />
        <Skeleton active />
      </div>
    )
  }
  if (plan.isLoadingError) {
    return (
      <div className="stack">
        <ProblemNote error={plan.error} />
        <div>
          <Button onClick={() => void plan.refetch()} loading={plan.isFetching}>
            {t('planAgain')}
          </Button>
        </div>
      </div>
    )
  }
  return (
    <div className="stack">
      <PlanView plan={plan.data} />
      <InstallControl plan={plan.data} />
    </div>
  )
}
