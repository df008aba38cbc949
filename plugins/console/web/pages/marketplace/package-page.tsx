import { useQuery } from '@tanstack/react-query'
import { Alert, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Section, Sections } from '../../parts/sections.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { AdvisoryList } from './advisory-list.tsx'
import { AuthorText } from './author-text.tsx'
import { InstallTab } from './install-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import {
  type ListedPackage,
  type ListedVersion,
  packagePath,
  someText,
  tierTone,
  versionPath,
} from './package.ts'
import { PermissionsTab } from './permissions-tab.tsx'
import { RatingsTab } from './ratings-tab.tsx'
import { ReleasesTab } from './releases-tab.tsx'
import { ServicesTab } from './services-tab.tsx'
import { TenantConsent } from './tenant-consent.tsx'
import { TrustTab } from './trust-tab.tsx'
import { useTierWord } from './use-tier-word.ts'
import { useVersionState } from './use-version-state.ts'

/** A package of the marketplace: all that is known of it before it is let in. */
export function PackagePage() {
  const { name = '' } = useParams()
  const [wanted] = useParam('version')
  const listed = useQuery({
    queryKey: [packagePath(name)],
    queryFn: ({ signal }) => request<ListedPackage>('GET', packagePath(name), { signal }),
  })
  const latest = listed.data?.latest
  const isOther = wanted !== undefined && wanted !== latest?.version
  const other = useQuery({
    queryKey: [versionPath(name, wanted ?? '')],
    queryFn: ({ signal }) =>
      request<ListedVersion>('GET', versionPath(name, wanted ?? ''), { signal }),
    enabled: isOther,
  })
  const version = isOther ? other.data : latest
  if (listed.data === undefined || version === undefined)
    return <Awaited error={listed.error ?? other.error} />
  return <Listing listed={listed.data} version={version} />
}

interface Shown {
  readonly listed: ListedPackage
  readonly version: ListedVersion
}

function Listing({ listed, version }: Shown) {
  const { i18n } = useTranslation('marketplace')
  const [tab = 'overview', setTab] = useParam('tab')
  const items = useTabs({ listed, version })
  return (
    <div className="stack">
      <PageHead title={someText(version.displayName, i18n.language) || listed.name}>
        <Marks listed={listed} version={version} />
      </PageHead>
      <p>{someText(version.summary, i18n.language)}</p>
      <Warnings version={version} />
      <Sections items={items} open={tab} onOpen={setTab} />
    </div>
  )
}

function useTabs({ listed, version }: Shown): readonly Section[] {
  const { t } = useTranslation('marketplace')
  const viewer = useViewer()
  const tenant = useTenant()
  const of = { listed, version }
  const changes = version.changelogHtml
  return [
    { key: 'overview', label: t('tabs.overview'), children: <OverviewTab version={version} /> },
    ...(viewer.kind === 'operator'
      ? [{ key: 'install', label: t('tabs.install'), children: <InstallTab version={version} /> }]
      : []),
    {
      key: 'permissions',
      label: t('tabs.permissions'),
      children: <PermissionsTab {...of} />,
    },
    ...(tenant === undefined
      ? []
      : [
          {
            key: 'tenant',
            label: t('tabs.tenant', { tenant }),
            children: <TenantConsent tenant={tenant} version={version} />,
          },
        ]),
    { key: 'services', label: t('tabs.services'), children: <ServicesTab version={version} /> },
    { key: 'versions', label: t('tabs.versions'), children: <ReleasesTab listed={listed} /> },
    {
      key: 'changes',
      label: t('tabs.changes'),
      children:
        changes === null ? (
          <EmptyState text={t('noChanges')} />
        ) : (
          <AuthorText html={changes} title={t('tabs.changes')} />
        ),
    },
    { key: 'trust', label: t('tabs.trust'), children: <TrustTab version={version} /> },
    { key: 'ratings', label: t('tabs.ratings'), children: <RatingsTab {...of} /> },
  ]
}

function Marks({ listed, version }: Shown) {
  const { t } = useTranslation('marketplace')
  const tierWord = useTierWord()
  const [, setVersion] = useParam('version')
  const line = listed.versions.find((one) => one.version === version.version)
  return (
    <>
      <code>{listed.name}</code>
      <Select
        aria-label={t('version')}
        value={version.version}
        style={{ minInlineSize: 120 }}
        options={listed.versions.map((one) => ({ value: one.version, label: one.version }))}
        onChange={(wanted: string) =>
          setVersion(wanted === listed.latest.version ? undefined : wanted)
        }
      />
      <StatusTag tone={tierTone(version.tier)} label={tierWord(version.tier)} />
      {line?.isInstalled === true && <StatusTag tone="good" label={t('installed')} />}
    </>
  )
}

/** What speaks against a version, before anybody looks further. */
function Warnings({ version }: { version: ListedVersion }) {
  const { t } = useTranslation('marketplace')
  const stateWord = useVersionState()
  const { deprecated, state, compatibility, advisories } = version
  return (
    <>
      {state !== 'published' && (
        <Alert type="warning" showIcon title={t('notPublished', { state: stateWord(state) })} />
      )}
      {deprecated !== null && (
        <Alert type="warning" showIcon title={t('deprecated')} description={deprecated} />
      )}
      {!compatibility.fits && (
        <Alert
          type="error"
          showIcon
          title={t('doesNotFit')}
          description={
            <ul>
              {compatibility.reasons.map(({ code, detail, cure }) => (
                <li key={`${code} ${detail}`}>
                  {detail} {cure} <code>{code}</code>
                </li>
              ))}
            </ul>
          }
        />
      )}
      <AdvisoryList advisories={advisories} />
    </>
  )
}
