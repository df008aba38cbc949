import { useQuery } from '@tanstack/react-query'
import { Button, Descriptions, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useWholeList } from '../../api/whole-list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { useCutMenu } from '../../parts/cut-menu.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'

interface DeadLetter {
  readonly id: string
  readonly plugin: string
  readonly type: string
  readonly source: string
  readonly event: string
  readonly key: string | null
  readonly tries: number
  readonly code: string | null
  readonly detail: string | null
  readonly publishedAt: string
  readonly diedAt: string
}

/** Events that no plugin could take, so that somebody mends what failed and has them delivered again. */
export function DeadLettersPage() {
  const { t } = useTranslation('dead-letters')
  const tenant = useTenant()
  return tenant === undefined ? <ChooseTenant title={t('title')} /> : <Letters tenant={tenant} />
}

function Letters({ tenant }: { tenant: string }) {
  const { t } = useTranslation('dead-letters')
  const [plugin, setPlugin] = useParam('plugin')
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/dead-letters`
  const list = useList<DeadLetter>(path, { plugin })
  const maySeePlugins = may(useViewer(), 'binding.read')
  const plugins = useWholeList<{ readonly plugin: string }>(
    `/v1/tenants/${encodeURIComponent(tenant)}/plugins`,
    {},
    maySeePlugins,
  )
  const cutMenu = useCutMenu(plugins)
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <Space wrap>
          {maySeePlugins && (
            <Select
              {...cutMenu}
              aria-label={t('plugin')}
              placeholder={t('plugin')}
              allowClear
              showSearch
              style={{ minInlineSize: 240 }}
              value={plugin}
              options={plugins.items.map((one) => ({ value: one.plugin, label: one.plugin }))}
              onChange={setPlugin}
            />
          )}
          <Button loading={list.isRefetching} onClick={() => void list.refetch()}>
            {t('refresh')}
          </Button>
        </Space>
      </PageHead>
      <LetterTable {...{ list, path }} />
      {list.items.length > 0 && <CliLine command={curlText('GET', path)} />}
    </div>
  )
}

function LetterTable({
  list,
  path,
}: {
  list: ReturnType<typeof useList<DeadLetter>>
  path: string
}) {
  const { t } = useTranslation('dead-letters')
  const viewer = useViewer()
  const keep = usePlaceQuery()
  // What an event says is the tenant's admin's to read.
  const mayRead = may(viewer, 'dead_letter.read')
  return (
    <ListTable<DeadLetter>
      list={list}
      caption={t('caption')}
      rowKey="id"
      empty={<EmptyState text={t('empty')} command={curlText('GET', path)} />}
      expandable={{
        columnTitle: <span className="unseen">{t('details')}</span>,
        expandedRowRender: (letter) => <OneLetter {...{ letter, path, mayRead }} />,
      }}
      columns={[
        {
          title: t('died'),
          dataIndex: 'diedAt',
          render: (at: string) => <Instant at={at} />,
        },
        {
          title: t('plugin'),
          dataIndex: 'plugin',
          render: (plugin: string) => (
            <Link to={{ pathname: `/plugins/${encodeURIComponent(plugin)}`, search: keep }}>
              {plugin}
            </Link>
          ),
        },
        { title: t('type'), dataIndex: 'type', render: (type: string) => <code>{type}</code> },
        { title: t('key'), dataIndex: 'key', render: (key: string | null) => key ?? '–' },
        {
          title: t('code'),
          dataIndex: 'code',
          render: (code: string | null) => (code === null ? '–' : <code>{code}</code>),
        },
        ...(may(viewer, 'dead_letter.redeliver')
          ? [
              {
                title: t('actions'),
                key: 'actions',
                render: (_: unknown, { id }: DeadLetter) => <Redeliver path={`${path}/${id}`} />,
              },
            ]
          : []),
      ]}
    />
  )
}

function Redeliver({ path }: { path: string }) {
  const { t } = useTranslation('dead-letters')
  const { mutate, isPending } = useChange(
    () => request<unknown>('POST', `${path}:redeliver`),
    () => t('redelivered'),
  )
  return (
    <Button size="small" loading={isPending} onClick={() => mutate(undefined)}>
      {t('redeliver')}
    </Button>
  )
}

function OneLetter({
  letter,
  path,
  mayRead,
}: {
  letter: DeadLetter
  path: string
  mayRead: boolean
}) {
  const { t } = useTranslation('dead-letters')
  const at = `${path}/${letter.id}`
  const { data, error } = useQuery({
    queryKey: [at],
    queryFn: ({ signal }) => request<{ readonly cloudEvent: unknown }>('GET', at, { signal }),
    enabled: mayRead,
  })
  return (
    <div className="stack expanded">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'event', label: t('event'), children: <code>{letter.event}</code> },
          { key: 'source', label: t('source'), children: <code>{letter.source}</code> },
          {
            key: 'published',
            label: t('published'),
            children: <Instant at={letter.publishedAt} />,
          },
          { key: 'tries', label: t('tries'), children: letter.tries },
          { key: 'detail', label: t('detail'), children: letter.detail ?? '–' },
        ]}
      />
      {mayRead && data === undefined && <Awaited error={error} />}
      {data !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is long is scrolled by the keyboard, too
        <pre className="code-block" tabIndex={0}>
          {JSON.stringify(data.cloudEvent, null, 2)}
        </pre>
      )}
      {!mayRead && <p>{t('notYours')}</p>}
      <CliLine command={curlText('POST', `${at}:redeliver`)} />
    </div>
  )
}
