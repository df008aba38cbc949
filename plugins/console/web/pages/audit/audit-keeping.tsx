import { useQuery } from '@tanstack/react-query'
import { App, Button, Card, Form, InputNumber, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { isShorter } from './audit.ts'

interface Policy {
  /** Null: for ever. */
  readonly keepDays: number | null
  readonly leastDays: number
}

const MOST_DAYS = 36_500

/** How long entries are kept; what is older leaves, under a signature. */
export function AuditKeeping({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('audit')
  const path =
    tenant === undefined
      ? '/v1/audit-policy'
      : `/v1/tenants/${encodeURIComponent(tenant)}/audit-policy`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Policy>('GET', path, { signal }),
  })
  return (
    <Card size="small" title={t('keeping')}>
      {data === undefined ? (
        <Awaited error={error} />
      ) : (
        <Keeping key={data.keepDays} path={path} policy={data} />
      )}
    </Card>
  )
}

function Keeping({ path, policy }: { path: string; policy: Policy }) {
  const { t } = useTranslation('audit')
  const viewer = useViewer()
  const { modal } = App.useApp()
  const [form] = Form.useForm<{ keepDays: number | null }>()
  const keepDays = Form.useWatch('keepDays', form) ?? null
  const { mutate, isPending } = useChange(
    (days: number | null) => request<Policy>('PUT', path, { body: { keepDays: days } }),
    () => t('kept'),
  )
  const keep = ({ keepDays: days }: { keepDays?: number | null }) => {
    const wished = days ?? null
    if (!isShorter(wished, policy.keepDays)) return mutate(wished)
    void modal.confirm({
      title: t('confirmShorter', { count: wished }),
      okText: t('keep'),
      okButtonProps: { danger: true },
      onOk: () => mutate(wished),
    })
  }
  const said =
    policy.keepDays === null ? t('keptForEver') : t('keptDays', { count: policy.keepDays })
  if (!may(viewer, 'audit.keep')) return <p>{said}</p>
  return (
    <Form
      form={form}
      scrollToFirstError={{ focus: true }}
      name="keeping"
      layout="vertical"
      className="stack"
      initialValues={{ keepDays: policy.keepDays }}
      onFinish={keep}
    >
      <p>{said}</p>
      <Form.Item
        name="keepDays"
        label={t('keepDays')}
        extra={t('keepHint', { least: policy.leastDays })}
        style={{ marginBlockEnd: 0 }}
      >
        <InputNumber min={policy.leastDays} max={MOST_DAYS} precision={0} />
      </Form.Item>
      <Space>
        <Button htmlType="submit" loading={isPending}>
          {t('keep')}
        </Button>
      </Space>
      <CliLine command={curlText('PUT', path, { keepDays })} />
    </Form>
  )
}
