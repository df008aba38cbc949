import { LockOutlined, UnlockOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Form, Input, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { instantText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import type { Lockdown } from './freeze.ts'

const PATH = '/v1/rollout-lockdown'
const EVERY_MS = 5000

/** The switch for all rollouts at once; to go back stays allowed. */
export function LockdownCard() {
  const { t } = useTranslation('freezes')
  const { data, error } = useQuery({
    queryKey: [PATH],
    queryFn: ({ signal }) => request<Lockdown>('GET', PATH, { signal }),
    refetchInterval: EVERY_MS,
  })
  return (
    <Card size="small" title={t('lockdown')}>
      {data === undefined ? (
        <Awaited error={error} />
      ) : data.isOn ? (
        <On lockdown={data} />
      ) : (
        <Off />
      )}
    </Card>
  )
}

function useLockdown() {
  const { t } = useTranslation('freezes')
  return useChange(
    (body: { isOn: boolean; reason?: string }) => request<Lockdown>('PUT', PATH, { body }),
    ({ isOn }) => t(isOn ? 'lockedDown' : 'unlocked'),
  )
}

function On({ lockdown: { reason, actor, since } }: { lockdown: Lockdown }) {
  const { t, i18n } = useTranslation('freezes')
  const place = usePlace()
  const { mutate, isPending } = useLockdown()
  return (
    <div className="stack">
      <Alert
        type="warning"
        showIcon
        title={t('isLocked', { reason: textIn(reason, i18n.language) })}
        description={t('lockedBy', {
          who: actor ?? '',
          at: since === undefined ? '' : instantText(since, place),
        })}
      />
      <div>
        <Popconfirm title={t('confirmUnlock')} onConfirm={() => mutate({ isOn: false })}>
          <Button icon={<UnlockOutlined />} loading={isPending}>
            {t('unlock')}
          </Button>
        </Popconfirm>
      </div>
      <CliLine command={cliText(['rollout', 'lockdown', 'off'])} />
    </div>
  )
}

function Off() {
  const { t } = useTranslation('freezes')
  const { mutate, isPending } = useLockdown()
  const [form] = Form.useForm<{ reason: string }>()
  const reason = Form.useWatch('reason', form)
  return (
    <Form
      form={form}
      scrollToFirstError={{ focus: true }}
      name="lockdown"
      layout="vertical"
      className="stack"
      onFinish={(said) => mutate({ isOn: true, reason: said.reason })}
    >
      <p>{t('isOpen')}</p>
      <Form.Item
        name="reason"
        label={t('why')}
        rules={[{ required: true, whitespace: true, message: t('reasonMissing') }]}
        style={{ marginBlockEnd: 0, maxInlineSize: 560 }}
      >
        <Input maxLength={500} />
      </Form.Item>
      <div>
        <Button danger type="primary" htmlType="submit" icon={<LockOutlined />} loading={isPending}>
          {t('lock')}
        </Button>
      </div>
      <CliLine command={cliText(['rollout', 'lockdown', 'on'], { reason })} />
    </Form>
  )
}
