import { Form, Input, Modal, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { InstantInput } from '../../parts/instant-input.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { PlanChoice } from './plan-choice.tsx'
import {
  type Command,
  isGrave,
  type Subscription,
  serviceOf,
  subscriptionPath,
} from './subscription.ts'

interface Fields {
  readonly reason?: string
  readonly plan?: string
  readonly isAccepted?: boolean
  readonly isEndless?: boolean
  readonly until?: string
}

/** What the host is sent for what was filled in. */
function bodyOf(command: Command, { reason, plan, isEndless, until }: Fields) {
  return {
    ...(reason ? { reason } : {}),
    ...(command === 'change-plan' && plan !== undefined ? { plan } : {}),
    ...(command === 'renew' ? { expiresAt: isEndless === true ? null : until } : {}),
    ...(command === 'approve' && until ? { expiresAt: until } : {}),
  }
}

function commandText(command: Command, id: string, { plan, until, reason }: Fields): string {
  const hasEnd = command === 'approve' || command === 'renew'
  return cliText(['subscription', command, id], {
    plan: command === 'change-plan' ? plan : undefined,
    until: hasEnd ? until : undefined,
    reason,
  })
}

/** One command of the life of a subscription: what it does, why it is given, and until when. */
export function CommandDialog({
  subscription,
  command,
  onClose,
}: {
  subscription: Subscription
  command: Command
  onClose: () => void
}) {
  const { t } = useTranslation(['subscriptions', 'services'])
  const [form] = Form.useForm<Fields>()
  const fields: Fields = Form.useWatch([], form) ?? {}
  const give = useGive(subscription, command, onClose)
  const { id, app, plan, wantedPlan } = subscription
  const label = t(`subscriptions:commands.${command}`)
  const service = serviceOf(subscription)
  return (
    <Modal
      open
      title={t('subscriptions:commandTitle', { command: label, app, service })}
      okText={label}
      cancelText={t('services:cancel')}
      okButtonProps={{ danger: isGrave(command) }}
      confirmLoading={give.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{t(`subscriptions:means.${command}`, { plan: wantedPlan ?? plan })}</p>
        <Form<Fields>
          form={form}
          name="command"
          layout="vertical"
          initialValues={{ plan, isEndless: false }}
          onFinish={give.mutate}
          onValuesChange={(changed: Fields) => {
            if (changed.plan !== undefined) form.resetFields(['isAccepted'])
          }}
        >
          <CommandFields {...{ subscription, command }} />
        </Form>
        {give.error !== null && <ProblemNote error={give.error} />}
        <CliLine command={commandText(command, id, fields)} />
      </div>
    </Modal>
  )
}

function useGive({ id, revision }: Subscription, command: Command, onGiven: () => void) {
  const { t } = useTranslation('subscriptions')
  return useFormChange(
    (given: Fields) =>
      request<Subscription>('POST', `${subscriptionPath(id)}:${command}`, {
        body: bodyOf(command, given),
        // What was decided upon an older look is refused rather than done.
        ifMatch: `"${revision}"`,
      }),
    ({ state }) => {
      onGiven()
      return t('done', { state: t(`states.${state}`) })
    },
  )
}

function CommandFields({
  subscription,
  command,
}: {
  subscription: Subscription
  command: Command
}) {
  const { t } = useTranslation('subscriptions')
  return (
    <>
      {command === 'change-plan' && <PlanChoice subscription={subscription} mustAccept />}
      {command === 'renew' && <EndFields />}
      {command === 'approve' && (
        <Form.Item name="until" label={t('untilOptional')}>
          <InstantInput />
        </Form.Item>
      )}
      <Form.Item
        name="reason"
        label={t('reason')}
        rules={[{ required: command === 'reject', max: 500 }]}
      >
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
    </>
  )
}

function EndFields() {
  const { t } = useTranslation('subscriptions')
  const isEndless = Form.useWatch<boolean>('isEndless')
  return (
    <>
      <Form.Item name="isEndless" label={t('ends')}>
        <Radio.Group
          options={[
            { value: false, label: t('endsAt') },
            { value: true, label: t('endless') },
          ]}
        />
      </Form.Item>
      {isEndless !== true && (
        <Form.Item name="until" label={t('until')} rules={[{ required: true }]}>
          <InstantInput />
        </Form.Item>
      )}
    </>
  )
}
