import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Popconfirm, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { textIn } from '../../texts/languages.ts'
import type { Freeze, FreezeTime } from './freeze.ts'
import { LockdownCard } from './lockdown-card.tsx'
import { NewFreeze } from './new-freeze.tsx'

const PATH = '/v1/rollout-freezes'
const EVERY_MS = 15_000

/** When nothing is switched in: at set times, and all of it at once. */
export function FreezesPage() {
  const { t } = useTranslation('freezes')
  const [isNew, setNew] = useParam('new')
  const { data, error, isPending, isLoadingError } = useQuery({
    queryKey: [PATH],
    queryFn: ({ signal }) => request<Listed<Freeze>>('GET', PATH, { signal }),
    refetchInterval: EVERY_MS,
  })
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('1')}>
          {t('new')}
        </Button>
      </PageHead>
      <p>{t('about')}</p>
      <LockdownCard />
      {isLoadingError ? (
        <ProblemNote error={error} />
      ) : (
        <FreezeTable freezes={data?.items ?? []} isPending={isPending} />
      )}
      <NewFreeze isOpen={isNew !== undefined} onClose={() => setNew(undefined)} />
    </div>
  )
}

function FreezeTable({ freezes, isPending }: { freezes: readonly Freeze[]; isPending: boolean }) {
  const { t, i18n } = useTranslation('freezes')
  const { mutate } = useChange(
    (name: string) => request('DELETE', `${PATH}/${encodeURIComponent(name)}`),
    (_, name) => t('removed', { name }),
  )
  return (
    <Table<Freeze>
      size="middle"
      caption={t('freezes')}
      rowKey="name"
      loading={isPending}
      pagination={false}
      dataSource={[...freezes]}
      scroll={{ x: 'max-content' }}
      locale={{
        emptyText: isPending ? (
          ' '
        ) : (
          <EmptyState
            text={t('empty')}
            command="npx signalbox rollout freeze weekend --days fri,sat,sun --from 18:00 --to 08:00 --time-zone Asia/Shanghai --reason 'nobody is there'"
          />
        ),
      }}
      expandable={{
        columnTitle: <span className="unseen">{t('details', { ns: 'common' })}</span>,
        expandedRowRender: ({ name }) => (
          <CliLine command={cliText(['rollout', 'unfreeze', name])} />
        ),
      }}
      columns={[
        { title: t('name'), dataIndex: 'name' },
        {
          title: t('state'),
          dataIndex: 'isInForce',
          render: (isInForce: boolean) => (
            <StatusTag
              tone={isInForce ? 'warning' : 'neutral'}
              label={t(isInForce ? 'inForce' : 'notNow')}
            />
          ),
        },
        {
          title: t('time'),
          dataIndex: 'time',
          render: (time: FreezeTime) => <TimeText time={time} />,
        },
        {
          title: t('plugin'),
          dataIndex: 'plugin',
          render: (plugin: string | null) => plugin ?? t('all'),
        },
        {
          title: t('reason'),
          dataIndex: 'reason',
          render: (reason: Freeze['reason']) => textIn(reason, i18n.language),
        },
        {
          title: t('actions'),
          key: 'remove',
          render: (_: unknown, { name }) => (
            <Popconfirm title={t('confirmRemove', { name })} onConfirm={() => mutate(name)}>
              <Button size="small" danger aria-label={t('removeOf', { name })}>
                {t('remove')}
              </Button>
            </Popconfirm>
          ),
        },
      ]}
    />
  )
}

function TimeText({ time }: { time: FreezeTime }) {
  const { t } = useTranslation('freezes')
  if (!('days' in time)) {
    return (
      <>
        <Instant at={time.from} /> – <Instant at={time.to} />
      </>
    )
  }
  const days = time.days.map((day) => t(`days.${day}`)).join(t('comma'))
  return t('weeklyTime', { days, from: time.from, to: time.to, zone: time.timeZone })
}
