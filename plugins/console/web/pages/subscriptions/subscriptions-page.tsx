import { PlusOutlined } from '@ant-design/icons'
import { Button, Select, Space, Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { may } from '../../api/may.ts'
import { useWholeList } from '../../api/whole-list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { WordSearch } from '../../parts/word-search.tsx'
import { Requests } from './requests.tsx'
import { STATES, type Subscription } from './subscription.ts'
import { SubscriptionsTable } from './subscriptions-table.tsx'

/** What the tenant's apps may call, and what waits for a word. */
export function SubscriptionsPage() {
  const { t } = useTranslation('subscriptions')
  const viewer = useViewer()
  const tenant = useTenant()
  const keep = usePlaceQuery()
  const mayWrite = may(viewer, 'subscription.write')
  const [chosen, setTab] = useParam('tab')
  const tab = chosen ?? (tenant === undefined ? 'requests' : 'all')
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        {mayWrite && tenant !== undefined && (
          <Link to={{ pathname: '/subscriptions/new', search: keep }}>
            <Button type="primary" icon={<PlusOutlined />}>
              {t('new')}
            </Button>
          </Link>
        )}
      </PageHead>
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          {
            key: 'all',
            label: t('tabs.all'),
            children:
              tenant === undefined ? (
                <EmptyState
                  text={t('chooseTenant')}
                  command={cliText(['subscription', 'list'], { tenant: 'acme' })}
                />
              ) : (
                <OfTenant tenant={tenant} />
              ),
          },
          ...(mayWrite
            ? [{ key: 'requests', label: t('tabs.requests'), children: <Requests /> }]
            : []),
        ]}
      />
    </div>
  )
}

function OfTenant({ tenant }: { tenant: string }) {
  const { t } = useTranslation('subscriptions')
  const [state, setState] = useParam('state')
  const [text = ''] = useParam('q')
  const list = useWholeList<Subscription>('/v1/subscriptions', { tenant })
  const rows = list.items.filter(
    (one) =>
      (state === undefined || one.state === state) &&
      `${one.app} ${one.service} ${one.plan}`.includes(text),
  )
  return (
    <div className="stack">
      <Space wrap>
        <WordSearch label={t('filter')} />
        <Select
          aria-label={t('state')}
          placeholder={t('state')}
          allowClear
          style={{ minInlineSize: 140 }}
          value={state}
          options={STATES.map((one) => ({ value: one, label: t(`states.${one}`) }))}
          onChange={setState}
        />
      </Space>
      <SubscriptionsTable
        {...{ list, rows }}
        caption={t('caption', { tenant })}
        empty={
          <EmptyState
            text={list.items.length === 0 ? t('empty') : t('noneOfFilter')}
            command={cliText(['subscribe', 'planner', 'orders.status@1'], { tenant })}
          />
        }
      />
      <CliLine command={cliText(['subscription', 'list'], { tenant })} />
    </div>
  )
}
