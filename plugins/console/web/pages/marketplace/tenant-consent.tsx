import { useQuery } from '@tanstack/react-query'
import { Alert, App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { may } from '../../api/may.ts'
import { ProblemError } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { BINDING_TONES } from '../plugins/binding-control.tsx'
import { type TenantPlugin, tenantPluginPath } from '../plugins/plugin.ts'
import type { ListedVersion } from './package.ts'
import { besideGrants, missingIn } from './permission-change.ts'
import { PermissionTable } from './permission-table.tsx'

interface Props {
  readonly tenant: string
  readonly version: ListedVersion
}

/** What the version asks of the tenant beyond what its admin granted, and the consent to it. */
export function TenantConsent({ tenant, version }: Props) {
  const { t } = useTranslation('marketplace')
  const path = tenantPluginPath(tenant, version.name)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<TenantPlugin>('GET', path, { signal }),
    retry: false,
  })
  if (data === undefined && error instanceof ProblemError && error.problem.status === 404) {
    return <EmptyState text={t('notInstalledYet')} />
  }
  if (data === undefined) return <Awaited error={error} />
  return <Beside tenant={tenant} version={version} state={data} />
}

function Beside({ tenant, version, state }: Props & { readonly state: TenantPlugin }) {
  const { t } = useTranslation('marketplace')
  const { t: pluginText } = useTranslation('plugins')
  const viewer = useViewer()
  const keep = usePlaceQuery()
  const changes = besideGrants(version.capabilities, state.grants)
  const missing = missingIn(changes)
  const optional = changes.filter((one) => one.change === 'wider' && one.optional).length
  const { name } = version
  return (
    <div className="stack">
      <p className="inline-list">
        <StatusTag
          tone={BINDING_TONES[state.binding]}
          label={pluginText(`bindings.${state.binding}`)}
        />
        <span>{t('tenantRuns', { version: state.version ?? '–' })}</span>
      </p>
      <Alert
        type={missing.length > 0 ? 'warning' : 'success'}
        showIcon
        title={missing.length > 0 ? t('toConsent', { count: missing.length }) : t('allGranted')}
        description={optional > 0 ? t('optionalOpen', { count: optional }) : undefined}
      />
      {missing.length > 0 && may(viewer, 'grant.write') && (
        <Consent tenant={tenant} version={version} capabilities={missing} />
      )}
      <PermissionTable changes={changes} caption={t('besideGrants')} />
      <p>
        <Link to={{ pathname: `/plugins/${encodeURIComponent(name)}`, search: keep }}>
          {t('toTenantPlugin')}
        </Link>
      </p>
    </div>
  )
}

function Consent({ tenant, version, capabilities }: Props & { capabilities: readonly string[] }) {
  const { t } = useTranslation('marketplace')
  const { modal } = App.useApp()
  const { mutateAsync, isPending } = useChange(
    () =>
      request('POST', `${tenantPluginPath(tenant, version.name)}/grants`, {
        body: { version: version.version, capabilities },
      }),
    () => t('consented'),
  )
  const ask = () =>
    void modal.confirm({
      title: t('confirmConsent', { tenant, version: version.version }),
      content: capabilities.join(', '),
      okText: t('consentAll', { count: capabilities.length }),
      onOk: () => mutateAsync(undefined).catch(() => undefined),
    })
  return (
    <>
      <div>
        <Button type="primary" loading={isPending} onClick={ask}>
          {t('consentAll', { count: capabilities.length })}
        </Button>
      </div>
      <CliLine
        command={`npx signalbox plugin enable ${version.name} --tenant ${tenant} --consent`}
      />
    </>
  )
}
