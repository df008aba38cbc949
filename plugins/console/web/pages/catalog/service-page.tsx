import { useQuery } from '@tanstack/react-query'
import { Descriptions, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Section, Sections } from '../../parts/sections.tsx'
import { textIn } from '../../texts/languages.ts'
import { ChangesTab } from './changes-tab.tsx'
import { ClientTab } from './client-tab.tsx'
import { ConsumersTab } from './consumers-tab.tsx'
import { EndNote } from './end-note.tsx'
import { LevelsTab } from './levels-tab.tsx'
import { LineageTab } from './lineage-tab.tsx'
import { OfferTab } from './offer-tab.tsx'
import { OperationsTab } from './operations-tab.tsx'
import { PlansTab } from './plans-tab.tsx'
import {
  chosenMajor,
  type ServicePage as Described,
  type ServiceMajor,
  servicePath,
} from './service.ts'
import { ServiceAbout } from './service-about.tsx'

/** A data service: what it does, on which terms, how well; and to try it. */
export function ServicePage() {
  const { service: id = '' } = useParams()
  const [wanted] = useParam('major')
  const { data, error } = useQuery({
    queryKey: [servicePath(id)],
    queryFn: ({ signal }) => request<Described>('GET', servicePath(id), { signal }),
  })
  if (data === undefined) return <Awaited error={error} />
  const major = chosenMajor(data.majors, wanted)
  if (major === undefined) return null
  return <OfMajor id={id} majors={data.majors} service={major} />
}

interface Shown {
  readonly id: string
  readonly service: ServiceMajor
}

function OfMajor({ id, majors, service }: Shown & { readonly majors: readonly ServiceMajor[] }) {
  const { t, i18n } = useTranslation('catalog')
  const [, setMajor] = useParam('major')
  const [tab = 'operations', setTab] = useParam('tab')
  const items = useTabs({ id, service }, majors)
  return (
    <div className="stack">
      <PageHead title={textIn(service.title, i18n.language) || id}>
        <code>
          {id}@{service.major}
        </code>
        {majors.length > 1 && (
          <Select
            aria-label={t('major')}
            value={service.major}
            style={{ minInlineSize: 90 }}
            options={majors.map(({ major }) => ({ value: major, label: `v${major}` }))}
            onChange={(major: number) => setMajor(String(major))}
          />
        )}
      </PageHead>
      {service.deprecation !== null && <EndNote id={id} deprecation={service.deprecation} />}
      <ServiceAbout title={service.title} description={service.description} />
      <Facts service={service} />
      <Sections items={items} open={tab} onOpen={setTab} />
    </div>
  )
}

function useTabs({ id, service }: Shown, majors: readonly ServiceMajor[]): readonly Section[] {
  const { t } = useTranslation(['catalog', 'offers'])
  const viewer = useViewer()
  // In the memory of this page and nowhere else: whoever leaves it has to type it again.
  const [appKey, setAppKey] = useState('')
  const of = { id, service }
  return [
    {
      key: 'operations',
      label: t('tabs.operations'),
      children: <OperationsTab {...of} appKey={appKey} onAppKey={setAppKey} />,
    },
    { key: 'plans', label: t('tabs.plans'), children: <PlansTab {...of} /> },
    { key: 'levels', label: t('tabs.levels'), children: <LevelsTab service={service} /> },
    { key: 'changes', label: t('tabs.changes'), children: <ChangesTab id={id} /> },
    { key: 'lineage', label: t('tabs.lineage'), children: <LineageTab service={service} /> },
    ...(viewer.kind === 'operator'
      ? [
          { key: 'consumers', label: t('tabs.consumers'), children: <ConsumersTab {...of} /> },
          {
            key: 'offer',
            label: t('offers:tab'),
            children: <OfferTab {...of} majors={majors.map(({ major }) => major)} />,
          },
        ]
      : []),
    { key: 'client', label: t('tabs.client'), children: <ClientTab {...of} /> },
  ]
}

function Facts({ service }: { service: ServiceMajor }) {
  const { t } = useTranslation('catalog')
  const keep = usePlaceQuery()
  const { plugin, version, owner, ownerTenant, domain, tags = [], terms } = service
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, md: 2, xl: 3 }}
      items={[
        {
          key: 'plugin',
          label: t('plugin'),
          children:
            plugin === null ? (
              t('byHost')
            ) : (
              <Link to={{ pathname: `/plugins/${encodeURIComponent(plugin)}`, search: keep }}>
                {plugin}@{version ?? '–'}
              </Link>
            ),
        },
        { key: 'owner', label: t('owner'), children: owner ?? '–' },
        { key: 'ownerTenant', label: t('ownerTenant'), children: ownerTenant ?? t('operatorOwns') },
        { key: 'domain', label: t('domain'), children: domain ?? '–' },
        { key: 'tags', label: t('tags'), children: tags.join(', ') || '–' },
        { key: 'terms', label: t('terms'), children: terms ?? '–' },
      ]}
    />
  )
}
