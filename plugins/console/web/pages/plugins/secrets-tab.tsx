import { useQuery } from '@tanstack/react-query'
import { Button, Form, Input, Popconfirm, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Named } from '../../parts/named.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { tenantPluginPath } from './plugin.ts'

interface Secret {
  readonly name: string
  readonly version?: number | null
  readonly setBy?: string | null
}

/** Secrets that the plugin uses and never sees: set here, shown nowhere. */
export function SecretsTab({ tenant, name }: { tenant: string; name: string }) {
  const { t } = useTranslation('plugins')
  const path = `${tenantPluginPath(tenant, name)}/secrets`
  const { data, error, isPending, isLoadingError } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ items: readonly Secret[] }>('GET', path, { signal }),
  })
  if (isLoadingError) return <ProblemNote error={error} />
  return (
    <Table<Secret>
      size="small"
      rowKey="name"
      loading={isPending}
      pagination={false}
      dataSource={[...(data?.items ?? [])]}
      locale={{ emptyText: <EmptyState text={t('noSecrets')} /> }}
      expandable={{
        columnTitle: <span className="unseen">{t('details')}</span>,
        expandedRowRender: (secret) => (
          <SecretForm path={`${path}/${secret.name}`} name={secret.name} />
        ),
      }}
      columns={[
        { title: t('secret'), dataIndex: 'name' },
        {
          title: t('state'),
          dataIndex: 'version',
          render: (version?: number | null) =>
            version == null ? (
              <StatusTag tone="warning" label={t('notSet')} />
            ) : (
              <StatusTag tone="good" label={t('setAs', { version })} />
            ),
        },
        {
          title: t('who'),
          dataIndex: 'setBy',
          render: (by?: string | null) => <Named text={by ?? '–'} />,
        },
      ]}
    />
  )
}

function SecretForm({ path, name }: { path: string; name: string }) {
  const { t } = useTranslation('plugins')
  const [form] = Form.useForm<{ value: string }>()
  const { mutate, isPending } = useChange(
    (value: string | null) =>
      value === null ? request('DELETE', path) : request('PUT', path, { body: { value } }),
    () => {
      form.resetFields()
      return t('secretDone')
    },
  )
  return (
    <div className="stack">
      <Form
        form={form}
        name={`secret-${name}`}
        layout="inline"
        onFinish={({ value }) => mutate(value)}
      >
        <Form.Item
          name="value"
          label={t('newValue', { name })}
          rules={[{ required: true, min: 6 }]}
        >
          <Input.Password autoComplete="off" visibilityToggle={false} />
        </Form.Item>
        <Button htmlType="submit" type="primary" loading={isPending}>
          {t('set')}
        </Button>
        <Popconfirm title={t('confirmRemoveSecret', { name })} onConfirm={() => mutate(null)}>
          <Button danger>{t('remove')}</Button>
        </Popconfirm>
      </Form>
      <CliLine command={curlText('PUT', path, { value: '…' })} />
    </div>
  )
}
