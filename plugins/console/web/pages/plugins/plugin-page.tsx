import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Section, Sections } from '../../parts/sections.tsx'
import { textIn } from '../../texts/languages.ts'
import { PluginUpdatesTab } from '../updates/plugin-updates.tsx'
import { BindingControl } from './binding-control.tsx'
import { ConfigTab } from './config-tab.tsx'
import { GrantsTab } from './grants-tab.tsx'
import { HooksTab } from './hooks-tab.tsx'
import { InvocationsTab } from './invocations-tab.tsx'
import { JobsTab } from './jobs-tab.tsx'
import { LogsTab } from './logs-tab.tsx'
import { type InstalledPlugin, pluginPath, type TenantPlugin, tenantPluginPath } from './plugin.ts'
import { SecretsTab } from './secrets-tab.tsx'
import { UsageTab } from './usage-tab.tsx'
import { VersionsTab } from './versions-tab.tsx'

/** One plugin: what of it is installed, and what it is and may do in the tenant. */
export function PluginPage() {
  const { t, i18n } = useTranslation('plugins')
  const { name = '' } = useParams()
  const viewer = useViewer()
  const tenant = useTenant()
  const keep = usePlaceQuery()
  const { data: plugin, error } = useQuery({
    queryKey: [pluginPath(name)],
    queryFn: ({ signal }) => request<InstalledPlugin>('GET', pluginPath(name), { signal }),
  })
  if (plugin === undefined) return <Awaited error={error} />
  const stable = plugin.versions.find(({ version }) => version === plugin.stableVersion)
  return (
    <div className="stack">
      <PageHead title={textIn(stable?.displayName, i18n.language) || name}>
        <code>
          {name}@{plugin.stableVersion ?? '–'}
        </code>
        {viewer.kind === 'operator' && (
          <Link to={{ pathname: `${pluginPlace(name)}/remove`, search: keep }}>
            <Button danger>{t('removePlugin')}</Button>
          </Link>
        )}
      </PageHead>
      {tenant === undefined ? (
        <>
          <Alert type="info" showIcon title={t('chooseTenant')} />
          <HostTabs plugin={plugin} />
        </>
      ) : !may(viewer, 'binding.read') ? (
        <VersionsTab plugin={plugin} />
      ) : (
        <OfTenant tenant={tenant} plugin={plugin} />
      )}
    </div>
  )
}

const pluginPlace = (name: string): string => `/plugins/${encodeURIComponent(name)}`

/** Of the host as a whole, to the operator. */
function HostTabs({ plugin }: { plugin: InstalledPlugin }) {
  const { t } = useTranslation('plugins')
  const [tab = 'versions', setTab] = useParam('tab')
  const items = [
    { key: 'versions', label: t('tabs.versions'), children: <VersionsTab plugin={plugin} /> },
    useUpdatesTab(plugin.name),
  ]
  return <Sections items={items} open={tab} onOpen={setTab} />
}

function useUpdatesTab(name: string) {
  const { t } = useTranslation('updates')
  return { key: 'updates', label: t('tab'), children: <PluginUpdatesTab name={name} /> }
}

function OfTenant({ tenant, plugin }: { tenant: string; plugin: InstalledPlugin }) {
  const { t } = useTranslation('plugins')
  const viewer = useViewer()
  const [tab = 'versions', setTab] = useParam('tab')
  const updates = useUpdatesTab(plugin.name)
  const path = tenantPluginPath(tenant, plugin.name)
  const { data: state, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<TenantPlugin>('GET', path, { signal }),
  })
  if (state === undefined) return <Awaited error={error} />
  const of = { tenant, name: plugin.name }
  const versions = plugin.versions.map(({ version }) => version)
  const items: readonly Section[] = [
    { key: 'versions', label: t('tabs.versions'), children: <VersionsTab plugin={plugin} /> },
    { key: 'grants', label: t('tabs.grants'), children: <GrantsTab {...of} state={state} /> },
    { key: 'config', label: t('tabs.config'), children: <ConfigTab {...of} /> },
    ...(may(viewer, 'secret.read')
      ? [{ key: 'secrets', label: t('tabs.secrets'), children: <SecretsTab {...of} /> }]
      : []),
    { key: 'jobs', label: t('tabs.jobs'), children: <JobsTab {...of} /> },
    { key: 'hooks', label: t('tabs.hooks'), children: <HooksTab {...of} /> },
    {
      key: 'logs',
      label: t('tabs.logs'),
      children: <LogsTab {...of} versions={versions} />,
    },
    {
      key: 'invocations',
      label: t('tabs.invocations'),
      children: <InvocationsTab {...of} versions={versions} />,
    },
    { key: 'usage', label: t('tabs.usage'), children: <UsageTab {...of} /> },
    ...(viewer.kind === 'operator' ? [updates] : []),
  ]
  return (
    <>
      <BindingControl {...of} state={state} versions={versions} />
      <Sections items={items} open={tab} onOpen={setTab} />
    </>
  )
}
