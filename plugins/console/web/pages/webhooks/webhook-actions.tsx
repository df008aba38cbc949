import { App, Button, Form, InputNumber, Modal, Space } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { type Webhook, webhookPath } from './webhook.ts'

type Command = 'pause' | 'resume' | 'test'

/** Pause, resume, try, exchange the secret, end. */
export function WebhookActions({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation(['webhooks', 'services'])
  const [isRotating, setRotating] = useState(false)
  const path = webhookPath(webhook.id)
  const { mutate, isPending } = useChange(
    (command: Command) => request<unknown>('POST', `${path}:${command}`),
    (_, command) => t(`webhooks:done.${command}`),
  )
  const isEnabled = webhook.state === 'enabled'
  return (
    <div className="stack">
      <Space wrap>
        {isEnabled ? (
          <Button disabled={isPending} onClick={() => mutate('pause')}>
            {t('webhooks:pause')}
          </Button>
        ) : (
          <Button type="primary" disabled={isPending} onClick={() => mutate('resume')}>
            {t('webhooks:resume')}
          </Button>
        )}
        <Button disabled={isPending || !isEnabled} onClick={() => mutate('test')}>
          {t('webhooks:test')}
        </Button>
        <Button onClick={() => setRotating(true)}>{t('webhooks:rotate')}</Button>
        <DeleteButton webhook={webhook} />
      </Space>
      <CliLine command={curlText('POST', `${path}:${isEnabled ? 'pause' : 'resume'}`)} />
      {isRotating && <RotateDialog path={path} onClose={() => setRotating(false)} />}
    </div>
  )
}

function DeleteButton({ webhook: { id, url } }: { webhook: Webhook }) {
  const { t } = useTranslation(['webhooks', 'services'])
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const path = webhookPath(id)
  const { mutate } = useChange(
    () => request<void>('DELETE', path),
    () => {
      void navigate({ pathname: '/webhooks', search: keep })
      return t('webhooks:deleted')
    },
  )
  const ask = () =>
    void modal.confirm({
      title: t('webhooks:confirmDelete', { url }),
      content: <CliLine command={curlText('DELETE', path)} />,
      okText: t('webhooks:delete'),
      cancelText: t('services:cancel'),
      okButtonProps: { danger: true },
      onOk: () => mutate(undefined),
    })
  return (
    <Button danger onClick={ask}>
      {t('webhooks:delete')}
    </Button>
  )
}

interface Rotated {
  readonly secret: string
}

/** The old secret is good for the overlap, so that the receiver can be given the new one in peace. */
function RotateDialog({ path, onClose }: { path: string; onClose: () => void }) {
  const { t } = useTranslation(['webhooks', 'services'])
  const [form] = Form.useForm<{ overlapHours: number }>()
  const overlapHours = Form.useWatch('overlapHours', form) ?? 24
  const [secret, setSecret] = useState<string>()
  const rotate = useFormChange(
    (body: { overlapHours: number }) => request<Rotated>('POST', `${path}:rotate`, { body }),
    (rotated) => {
      setSecret(rotated.secret)
      return undefined
    },
  )
  if (secret !== undefined) {
    return (
      <SecretOnce
        title={t('webhooks:rotated')}
        parts={[{ label: t('webhooks:secret'), value: secret }]}
        onKept={onClose}
      />
    )
  }
  return (
    <Modal
      open
      title={t('webhooks:rotate')}
      okText={t('webhooks:rotate')}
      cancelText={t('services:cancel')}
      confirmLoading={rotate.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{t('webhooks:rotateMeans')}</p>
        <Form
          form={form}
          name="rotate"
          layout="vertical"
          initialValues={{ overlapHours: 24 }}
          onFinish={rotate.mutate}
        >
          <Form.Item name="overlapHours" label={t('webhooks:overlap')} rules={[{ required: true }]}>
            <InputNumber min={0} max={168} precision={0} />
          </Form.Item>
        </Form>
        {rotate.error !== null && <ProblemNote error={rotate.error} />}
        <CliLine command={curlText('POST', `${path}:rotate`, { overlapHours })} />
      </div>
    </Modal>
  )
}
