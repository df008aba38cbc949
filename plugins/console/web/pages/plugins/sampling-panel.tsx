import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber, Select, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { percentText } from '../../parts/formats.ts'
import { Panel } from '../../parts/panel.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { type InstalledPlugin, pluginPath, tenantPluginPath } from './plugin.ts'
import { MOST_PERCENT, type Sampling, shareOfPercent } from './sampling.ts'

/** Of which versions a share of the good calls is kept, beside those that fail. */
export function SamplingPanel({ tenant, name }: { tenant: string; name: string }) {
  const { t } = useTranslation('sampling')
  const mayWrite = may(useViewer(), 'sampling.write')
  const path = `${tenantPluginPath(tenant, name)}/sampling`
  const { data, error, isPending, isLoadingError } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ items: readonly Sampling[] }>('GET', path, { signal }),
  })
  return (
    <Panel title={t('title')}>
      <div className="stack">
        <p>{t('about')}</p>
        {isLoadingError && <ProblemNote error={error} />}
        <Samplings
          path={path}
          samplings={data?.items ?? []}
          isPending={isPending}
          mayWrite={mayWrite}
        />
        {mayWrite ? (
          <SamplingForm path={path} name={name} />
        ) : (
          <CliLine command={curlText('GET', path)} />
        )}
      </div>
    </Panel>
  )
}

function Samplings({
  path,
  samplings,
  isPending,
  mayWrite,
}: {
  path: string
  samplings: readonly Sampling[]
  isPending: boolean
  mayWrite: boolean
}) {
  const { t } = useTranslation('sampling')
  const place = usePlace()
  const end = useChange(
    (version: string) => request<Sampling>('PUT', path, { body: { version, shareBp: 0 } }),
    (_, version) => t('ended', { version }),
  )
  return (
    <Table<Sampling>
      size="small"
      caption={t('caption')}
      rowKey="version"
      loading={isPending}
      pagination={false}
      dataSource={[...samplings]}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: isPending ? ' ' : <EmptyState text={t('empty')} /> }}
      columns={[
        { title: t('version'), dataIndex: 'version' },
        {
          title: t('share'),
          dataIndex: 'shareBp',
          align: 'end',
          render: (bp: number) => percentText(bp / 10_000, place, 2),
        },
        ...(mayWrite
          ? [
              {
                title: t('actions'),
                key: 'end',
                render: (_: unknown, { version }: Sampling) => (
                  <Button
                    size="small"
                    disabled={end.isPending}
                    aria-label={t('endOf', { version })}
                    onClick={() => end.mutate(version)}
                  >
                    {t('end')}
                  </Button>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

interface Wish {
  readonly version: string
  readonly percent: number
}

const bodyOf = ({ version, percent }: Wish): Sampling => ({
  version,
  shareBp: shareOfPercent(percent),
})

function SamplingForm({ path, name }: { path: string; name: string }) {
  const { t } = useTranslation('sampling')
  const [form] = Form.useForm<Wish>()
  const seen = Form.useWatch([], form)
  const { data } = useQuery({
    queryKey: [pluginPath(name)],
    queryFn: ({ signal }) => request<InstalledPlugin>('GET', pluginPath(name), { signal }),
  })
  const { mutate, isPending, error } = useFormChange(
    (wish: Wish) => request<Sampling>('PUT', path, { body: bodyOf(wish) }),
    ({ version }) => t('stored', { version }),
  )
  const required = [{ required: true, message: t('missing') }]
  return (
    <Form<Wish>
      form={form}
      name="sampling"
      layout="vertical"
      style={{ maxInlineSize: 560 }}
      initialValues={{ percent: 1 }}
      onFinish={(wish) => mutate(wish)}
    >
      <Form.Item name="version" label={t('version')} rules={required}>
        <Select
          placeholder={t('choose')}
          options={(data?.versions ?? []).map(({ version }) => ({
            value: version,
            label: version,
          }))}
        />
      </Form.Item>
      <Form.Item name="percent" label={t('percent')} extra={t('percentHint')} rules={required}>
        <InputNumber min={0.01} max={MOST_PERCENT} step={0.5} precision={2} />
      </Form.Item>
      <div className="stack">
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button htmlType="submit" loading={isPending}>
            {t('store')}
          </Button>
        </div>
        {seen?.version !== undefined && <CliLine command={curlText('PUT', path, bodyOf(seen))} />}
      </div>
    </Form>
  )
}
