import { Button, Card, Form, Input, InputNumber, Popconfirm, Radio, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { Instant } from '../../parts/instant.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { isOpenTo, type KeptCall, type Release } from './invocation.ts'

/** A recording is gone after seven days. */
const MOST_HOURS = 168

const releasesPath = (tenant: string, id: string) =>
  `/v1/tenants/${encodeURIComponent(tenant)}/invocations/${encodeURIComponent(id)}/releases`

/** Who besides the tenant may open the call, and until when: the tenant decides. */
export function Releases({
  tenant,
  call,
  releases,
}: {
  tenant: string
  call: KeptCall
  releases: readonly Release[]
}) {
  const { t } = useTranslation('invocations')
  const path = releasesPath(tenant, call.id)
  const { mutate } = useChange(
    (release: string) => request('DELETE', `${path}/${release}`),
    () => t('withdrawn'),
  )
  return (
    <Card size="small" title={t('releases')}>
      <div className="stack">
        <p>{t('releasesText')}</p>
        {releases.length > 0 && (
          <Table<Release>
            size="small"
            caption={t('releases')}
            rowKey="id"
            pagination={false}
            dataSource={[...releases]}
            scroll={{ x: 'max-content' }}
            columns={[
              { title: t('to'), dataIndex: 'grantee' },
              {
                title: t('until'),
                dataIndex: 'expiresAt',
                render: (at: string) => <Instant at={at} />,
              },
              { title: t('by'), dataIndex: 'releasedBy' },
              {
                title: t('why'),
                dataIndex: 'reason',
                render: (reason: string | null) => reason ?? '–',
              },
              {
                title: t('state'),
                key: 'state',
                render: (_: unknown, one) =>
                  isOpenTo(one, Date.now()) ? (
                    <Popconfirm
                      title={t('confirmWithdraw', { to: one.grantee })}
                      onConfirm={() => mutate(one.id)}
                    >
                      <Button size="small" danger>
                        {t('withdraw')}
                      </Button>
                    </Popconfirm>
                  ) : (
                    <StatusTag
                      tone="neutral"
                      label={t(one.withdrawnAt === null ? 'over' : 'takenBack')}
                    />
                  ),
              },
            ]}
          />
        )}
        <ReleaseForm path={path} />
      </div>
    </Card>
  )
}

interface Wish {
  readonly kind: 'author' | 'operator' | 'publisher'
  readonly publisher?: string
  readonly hours: number
  readonly reason?: string
}

function bodyOf({ kind, publisher = '', hours, reason }: Wish) {
  const to = kind === 'publisher' ? `publisher:${publisher}` : kind
  return { to, hours, ...(reason === undefined || reason === '' ? {} : { reason }) }
}

function ReleaseForm({ path }: { path: string }) {
  const { t } = useTranslation('invocations')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Release>('POST', path, { body: bodyOf(one) }),
    ({ grantee }) => t('released', { to: grantee }),
  )
  const kinds = ['author', 'operator', 'publisher'] as const
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="release"
      layout="vertical"
      className="stack"
      initialValues={{ kind: 'author', hours: 24 }}
      onFinish={(one) => mutate(one)}
    >
      <Form.Item name="kind" label={t('releaseTo')} style={{ marginBlockEnd: 0 }}>
        <Radio.Group options={kinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))} />
      </Form.Item>
      {wish?.kind === 'publisher' && (
        <Form.Item
          name="publisher"
          label={t('publisher')}
          rules={[
            { required: true, pattern: /^[a-z0-9][a-z0-9-]{0,62}$/, message: t('publisherHint') },
          ]}
          style={{ marginBlockEnd: 0 }}
        >
          <Input style={{ maxInlineSize: 320 }} />
        </Form.Item>
      )}
      <Form.Item name="hours" label={t('hours')} style={{ marginBlockEnd: 0 }}>
        <InputNumber min={1} max={MOST_HOURS} precision={0} />
      </Form.Item>
      <Form.Item name="reason" label={t('why')} style={{ marginBlockEnd: 0 }}>
        <Input maxLength={200} style={{ maxInlineSize: 480 }} />
      </Form.Item>
      {error !== null && <ProblemNote error={error} />}
      <div>
        <Button htmlType="submit" loading={isPending}>
          {t('release')}
        </Button>
      </div>
      {wish?.kind !== undefined && <CliLine command={curlText('POST', path, bodyOf(wish))} />}
    </Form>
  )
}
