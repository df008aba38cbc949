import { Alert, Descriptions, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { numberText } from '../../parts/formats.ts'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { ContractChangeList } from './contract-change-list.tsx'
import { PermissionTable } from './permission-table.tsx'
import {
  type AffectedApp,
  breaksSomebody,
  fateOf,
  type PlannedService,
  type ServiceFate,
  type VersionPlan,
} from './version-plan.ts'

/** What a version would do here: what it needs and may do, what it changes, whom it breaks. */
export function PlanView({ plan }: { plan: VersionPlan }) {
  const { t } = useTranslation('marketplace')
  const { from, permissions, services, affected, isCut } = plan
  const caption = from === null ? t('besideNothing') : t('beside', { version: from })
  return (
    <>
      <Verdict plan={plan} />
      <Needs plan={plan} />
      <PermissionTable
        changes={permissions.changes}
        caption={`${t('tabs.permissions')}: ${caption}`}
      />
      <Services services={services} />
      <Affected affected={affected} />
      {isCut && <p>{t('planCut')}</p>}
      <Examples examples={plan.examples} />
    </>
  )
}

function Verdict({ plan }: { plan: VersionPlan }) {
  const { t } = useTranslation('marketplace')
  const { refusal } = plan
  if (refusal !== null) {
    return (
      <Alert
        type="error"
        showIcon
        title={refusal.detail}
        description={
          <>
            {refusal.cure} <code>{refusal.code}</code>
            <ul>
              {refusal.errors?.map(({ pointer, detail }) => (
                <li key={`${pointer} ${detail}`}>
                  <code>{pointer}</code> {detail}
                </li>
              ))}
            </ul>
          </>
        }
      />
    )
  }
  if (breaksSomebody(plan)) return <Alert type="warning" showIcon title={t('planBreaks')} />
  return <Alert type="success" showIcon title={t('planFine')} />
}

function Needs({ plan }: { plan: VersionPlan }) {
  const { t } = useTranslation('marketplace')
  const required = Object.entries(plan.requires).map(([name, range]) => `${name} ${range}`)
  return (
    <Descriptions
      size="small"
      bordered
      column={1}
      styles={{ label: { inlineSize: 160 } }}
      items={[
        { key: 'from', label: t('stableHere'), children: plan.from ?? t('nothingStable') },
        { key: 'requires', label: t('requires'), children: required.join(', ') || t('none') },
        {
          key: 'migrations',
          label: t('migrations'),
          children:
            plan.migrations.length === 0 ? (
              t('none')
            ) : (
              <ul>
                {plan.migrations.map((step) => (
                  <li key={step}>
                    <code>{step}</code>
                  </li>
                ))}
              </ul>
            ),
        },
      ]}
    />
  )
}

const FATES = {
  new: 'good',
  same: 'good',
  changed: 'warning',
  moved: 'bad',
  gone: 'bad',
} as const satisfies Record<ServiceFate, Tone>

function Services({ services }: { services: readonly PlannedService[] }) {
  const { t } = useTranslation('marketplace')
  const rows = services.map((one, key) => ({ ...one, key }))
  return (
    <Table
      size="small"
      caption={t('contracts')}
      dataSource={rows}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('none') }}
      columns={[
        {
          title: t('service'),
          key: 'service',
          render: (_: unknown, { service, major, previousMajor }) => (
            <code>
              {service}@{major ?? previousMajor}
            </code>
          ),
        },
        {
          title: t('change'),
          key: 'fate',
          render: (_: unknown, row) => (
            <StatusTag tone={FATES[fateOf(row)]} label={t(`fates.${fateOf(row)}`)} />
          ),
        },
        {
          title: t('details'),
          dataIndex: 'changes',
          render: (changes: PlannedService['changes']) => <ContractChangeList changes={changes} />,
        },
      ]}
    />
  )
}

function Affected({ affected }: { affected: readonly AffectedApp[] }) {
  const { t } = useTranslation('marketplace')
  const place = usePlace()
  return (
    <Table<AffectedApp>
      size="small"
      caption={t('affected')}
      rowKey="subscription"
      dataSource={[...affected]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('nobodyAffected') }}
      columns={[
        {
          title: t('app'),
          key: 'app',
          render: (_: unknown, { tenant, app }) => `${tenant}/${app}`,
        },
        {
          title: t('service'),
          key: 'service',
          render: (_: unknown, { service, major }) => `${service}@${major}`,
        },
        {
          title: t('because'),
          dataIndex: 'because',
          render: (because: AffectedApp['because']) => (
            <StatusTag
              tone={because === 'subscribed' ? 'neutral' : 'bad'}
              label={t(`becauseOf.${because}`)}
            />
          ),
        },
        {
          title: t('operations'),
          dataIndex: 'operations',
          render: (operations: AffectedApp['operations']) =>
            operations
              .map(({ operation, calls }) => `${operation} (${numberText(calls, place)})`)
              .join(', '),
        },
      ]}
    />
  )
}

function Examples({ examples }: { examples: VersionPlan['examples'] }) {
  const { t } = useTranslation('marketplace')
  const { ran, failed, skipped } = examples
  if (ran + failed.length + skipped.length === 0) return null
  return (
    <section>
      <h2 className="section-title">{t('examples')}</h2>
      <p>{t('exampleCounts', { ran, failed: failed.length, skipped: skipped.length })}</p>
      <ul>
        {failed.map(({ subscription, app, operation, example, reason }) => (
          <li key={`${subscription} ${operation} ${example}`}>
            {app}: <code>{operation}</code> {example} — {reason}
          </li>
        ))}
      </ul>
    </section>
  )
}
