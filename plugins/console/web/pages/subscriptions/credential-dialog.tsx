import { Form, Input, InputNumber, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { InstantInput } from '../../parts/instant-input.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type Credential, subscriptionPath } from './subscription.ts'

export interface CredentialWish {
  readonly kind: Credential['kind']
  /** The id of the one that it is to replace. */
  readonly rotates?: string
}

interface Fields {
  readonly name?: string
  readonly until?: string
  readonly overlapHours?: number
}

const HOUR_S = 3600

function bodyOf({ kind, rotates }: CredentialWish, { name, until, overlapHours = 24 }: Fields) {
  if (rotates !== undefined) return { overlapS: overlapHours * HOUR_S }
  return { kind, ...(name ? { name } : {}), ...(until ? { expiresAt: until } : {}) }
}

/** The command line's own word where it can say it all, and the API's where it cannot. */
function commandOf(subscription: string, wish: CredentialWish, fields: Fields): string {
  const { name, until, overlapHours = 24 } = fields
  if (wish.rotates !== undefined) {
    return cliText(['credential', 'rotate', subscription, wish.rotates], {
      overlap: String(overlapHours * HOUR_S),
    })
  }
  if (until) {
    return curlText('POST', `${subscriptionPath(subscription)}/credentials`, bodyOf(wish, fields))
  }
  const oauth = wish.kind === 'secret' ? ['--oauth'] : []
  return cliText(['credential', 'issue', subscription, ...oauth], { name })
}

/** Issues a credential, or another one in place of one: the old one goes on for the overlap. */
export function CredentialDialog<Issued>({
  subscription,
  wish,
  onIssued,
  onClose,
}: {
  subscription: string
  wish: CredentialWish
  onIssued: (issued: Issued) => void
  onClose: () => void
}) {
  const { t } = useTranslation(['subscriptions', 'services'])
  const [form] = Form.useForm<Fields>()
  const fields: Fields = Form.useWatch([], form) ?? {}
  const { kind, rotates } = wish
  const path = `${subscriptionPath(subscription)}/credentials`
  const issue = useFormChange(
    (given: Fields) =>
      request<Issued>('POST', rotates === undefined ? path : `${path}/${rotates}:rotate`, {
        body: bodyOf(wish, given),
      }),
    (issued) => {
      onIssued(issued)
      return undefined
    },
  )
  const isNew = rotates === undefined
  const title = isNew ? t(`subscriptions:issue.${kind}`) : t('subscriptions:rotate')
  return (
    <Modal
      open
      title={title}
      okText={title}
      cancelText={t('services:cancel')}
      confirmLoading={issue.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{isNew ? t(`subscriptions:kindMeans.${kind}`) : t('subscriptions:rotateMeans')}</p>
        <Form<Fields>
          form={form}
          name="credential"
          layout="vertical"
          initialValues={{ overlapHours: 24 }}
          onFinish={issue.mutate}
        >
          {isNew ? <NewFields /> : <OverlapField />}
        </Form>
        {issue.error !== null && <ProblemNote error={issue.error} />}
        <CliLine command={commandOf(subscription, wish, fields)} />
      </div>
    </Modal>
  )
}

function NewFields() {
  const { t } = useTranslation('subscriptions')
  return (
    <>
      <Form.Item name="name" label={t('nameOptional')} rules={[{ max: 100 }]}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="until" label={t('untilOptional')}>
        <InstantInput />
      </Form.Item>
    </>
  )
}

function OverlapField() {
  const { t } = useTranslation('subscriptions')
  return (
    <Form.Item name="overlapHours" label={t('overlap')}>
      <InputNumber min={0} max={720} precision={0} />
    </Form.Item>
  )
}
