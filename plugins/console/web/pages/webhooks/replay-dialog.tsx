import { Checkbox, Form, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { InstantInput } from '../../parts/instant-input.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type Webhook, webhookPath } from './webhook.ts'

interface Fields {
  readonly since: string
  readonly until?: string
  readonly isAlsoDelivered?: boolean
}

interface Replayed {
  readonly replayed: number
  readonly hasMore: boolean
  readonly next?: string
}

/** A thousand each; what is more is asked for by the command line, which can be left alone. */
const MOST_ASKS = 50

/** Sends again what was queued in a time and is over. */
export function ReplayDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { t } = useTranslation(['webhooks', 'services'])
  const [form] = Form.useForm<Fields>()
  const fields: Partial<Fields> = Form.useWatch([], form) ?? {}
  const [soFar, setSoFar] = useState<number>()
  const replay = useFormChange(
    (given: Fields) => replayAll(webhook.id, given, setSoFar),
    (count) => {
      onClose()
      return t('webhooks:replayed', { count })
    },
  )
  return (
    <Modal
      open
      title={t('webhooks:replayFrom')}
      okText={t('webhooks:replay')}
      cancelText={t('services:cancel')}
      confirmLoading={replay.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{t('webhooks:replayMeans')}</p>
        <Form<Fields> form={form} name="replay" layout="vertical" onFinish={replay.mutate}>
          <Form.Item name="since" label={t('webhooks:since')} rules={[{ required: true }]}>
            <InstantInput />
          </Form.Item>
          <Form.Item name="until" label={t('webhooks:until')}>
            <InstantInput />
          </Form.Item>
          <Form.Item name="isAlsoDelivered" valuePropName="checked">
            <Checkbox>{t('webhooks:alsoDelivered')}</Checkbox>
          </Form.Item>
        </Form>
        {replay.isPending && soFar !== undefined && (
          <p role="status">{t('webhooks:replayedSoFar', { count: soFar })}</p>
        )}
        {replay.error !== null && <ProblemNote error={replay.error} />}
        <CliLine command={commandOf(webhook.id, fields)} />
      </div>
    </Modal>
  )
}

/** @param told how many are queued, after each part */
async function replayAll(
  id: string,
  { since, until, isAlsoDelivered }: Fields,
  told: (count: number) => void,
): Promise<number> {
  const range = {
    since,
    ...(until ? { until } : {}),
    ...(isAlsoDelivered === true ? { states: ['dead', 'delivered'] } : {}),
  }
  let count = 0
  let cursor: string | undefined
  for (let asks = 0; asks < MOST_ASKS; asks += 1) {
    const body = cursor === undefined ? range : { ...range, cursor }
    const path = `${webhookPath(id)}/deliveries:replay`
    const { replayed, hasMore, next } = await request<Replayed>('POST', path, { body })
    count += replayed
    cursor = next
    told(count)
    if (!hasMore) break
  }
  return count
}

function commandOf(id: string, { since, until, isAlsoDelivered }: Partial<Fields>): string {
  const text = cliText(['webhook', 'replay', id], {
    since: since || '2026-01-31T08:00:00Z',
    until,
  })
  return isAlsoDelivered === true ? `${text} --delivered` : text
}
