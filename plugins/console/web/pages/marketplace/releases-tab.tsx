import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { numberText, percentText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import type { ListedPackage, VersionLine } from './package.ts'
import { useVersionState } from './use-version-state.ts'

/** All versions: where each stands, what speaks against it, and how it does on this host. */
export function ReleasesTab({ listed }: { listed: ListedPackage }) {
  const { t } = useTranslation('marketplace')
  return (
    <Table<VersionLine>
      size="small"
      caption={t('tabs.versions')}
      rowKey="version"
      dataSource={[...listed.versions]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      columns={[
        {
          title: t('version'),
          dataIndex: 'version',
          render: (version: string) => <VersionLink version={version} />,
        },
        {
          title: t('published'),
          dataIndex: 'publishedAt',
          render: (at: string) => <Instant at={at} />,
        },
        { title: t('state'), key: 'state', render: (_: unknown, line) => <State line={line} /> },
        { title: t('here'), key: 'here', render: (_: unknown, line) => <Here line={line} /> },
        {
          title: t('runs'),
          dataIndex: 'running',
          render: (running: VersionLine['running']) => <Running running={running} />,
        },
      ]}
    />
  )
}

function VersionLink({ version }: { version: string }) {
  const [query] = useSearchParams()
  const next = new URLSearchParams(query)
  next.set('version', version)
  next.set('tab', 'overview')
  return <Link to={{ search: `?${next}` }}>{version}</Link>
}

function State({ line }: { line: VersionLine }) {
  const { t } = useTranslation('marketplace')
  const stateWord = useVersionState()
  return (
    <span className="inline-list">
      <StatusTag tone={line.state === 'published' ? 'good' : 'bad'} label={stateWord(line.state)} />
      {line.deprecated !== null && <StatusTag tone="warning" label={t('deprecated')} />}
      {line.advisories.length > 0 && (
        <StatusTag tone="bad" label={t('advisoryCount', { count: line.advisories.length })} />
      )}
    </span>
  )
}

function Here({ line }: { line: VersionLine }) {
  const { t } = useTranslation('marketplace')
  if (line.isInstalled === true) return <StatusTag tone="good" label={t('installed')} />
  return line.fits ? t('fits') : <StatusTag tone="bad" label={t('doesNotFit')} />
}

function Running({ running }: { running: VersionLine['running'] }) {
  const { t } = useTranslation('marketplace')
  const place = usePlace()
  if (running === null || running.tenants === 'none') return '–'
  const { tenants, errorRate, p95Ms } = running
  const facts = [
    tenants === 'few' ? t('fewTenants') : t('tenantCount', { count: tenants }),
    ...(errorRate === null ? [] : [t('errorRate', { share: percentText(errorRate, place) })]),
    ...(p95Ms === null ? [] : [`p95 ${numberText(p95Ms, place)} ms`]),
    ...(running.abortedRollouts ? [t('aborted')] : []),
    ...(running.rolledBack ? [t('rolledBack')] : []),
    ...(running.crashed ? [t('crashed')] : []),
  ]
  return facts.join(' · ')
}
