import { CheckOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import type { Viewer } from '../../api/viewer.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { rolloutPath } from '../rollouts/use-rollout.ts'
import { type AskedRollout, isOwn } from './approval.ts'

const MOST_REASON = 500

/** The word of an admin of the tenant, with its reason. Neither the operator nor who started it is asked. */
export function ApproveForm({ rollout, viewer }: { rollout: AskedRollout; viewer: Viewer }) {
  const { t } = useTranslation('approvals')
  const [form] = Form.useForm<{ reason: string }>()
  const reason = Form.useWatch('reason', form)
  const named = { plugin: rollout.plugin, version: rollout.to }
  const { mutate, isPending, error } = useFormChange(
    (said: string) =>
      request<AskedRollout>('POST', `${rolloutPath(rollout.id)}/approve`, {
        body: { reason: said },
      }),
    () => t('approved', named),
  )
  const command = cliText(['rollout', 'approve', rollout.id], { reason })
  if (viewer.kind === 'operator' || isOwn(rollout, viewer)) {
    return (
      <>
        <Alert
          type="info"
          showIcon
          title={t(viewer.kind === 'operator' ? 'notOperator' : 'notOwn')}
        />
        <CliLine command={command} />
      </>
    )
  }
  return (
    <Form
      form={form}
      scrollToFirstError={{ focus: true }}
      name={`approve-${rollout.id}`}
      layout="vertical"
      className="stack"
      onFinish={({ reason: said }) => mutate(said)}
    >
      <Form.Item
        name="reason"
        label={t('reason')}
        extra={t('reasonHint')}
        rules={[{ required: true, whitespace: true, message: t('reasonMissing') }]}
        style={{ marginBlockEnd: 0 }}
      >
        <Input.TextArea maxLength={MOST_REASON} autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
      {error !== null && <ProblemNote error={error} />}
      <div>
        <Button
          className="approve-button"
          type="primary"
          size="large"
          htmlType="submit"
          icon={<CheckOutlined />}
          loading={isPending}
          aria-label={t('approveOf', named)}
        >
          {t('approve')}
        </Button>
      </div>
      <p>{t('refuse')}</p>
      <CliLine command={command} />
    </Form>
  )
}
