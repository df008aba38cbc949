import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useTenant } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import type { AskedRollout } from './approval.ts'
import { ApprovalCard } from './approval-card.tsx'
import './approvals.css'

/** Calls go on meanwhile: what somebody decides upon is as new as this. */
const EVERY_MS = 5000

/** Rollouts that wait for the word of the tenant. */
export function ApprovalsPage() {
  const { t } = useTranslation('approvals')
  const tenant = useTenant()
  return tenant === undefined ? <ChooseTenant title={t('title')} /> : <Approvals tenant={tenant} />
}

function Approvals({ tenant }: { tenant: string }) {
  const { t } = useTranslation('approvals')
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/approvals`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Listed<AskedRollout>>('GET', path, { signal }),
    refetchInterval: EVERY_MS,
  })
  return (
    <div className="stack approvals">
      <PageHead title={t('title')} />
      {data === undefined && <Awaited error={error} />}
      {data?.items.length === 0 && (
        <EmptyState text={t('empty')} command={cliText(['rollout', 'approvals'], { tenant })} />
      )}
      {data?.items.map((rollout) => (
        <ApprovalCard key={rollout.id} rollout={rollout} />
      ))}
    </div>
  )
}
