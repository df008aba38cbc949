import { Form, Input, InputNumber, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { instantOfField } from '../../parts/instant-field.ts'
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

/** Issues a credential, or another one in place of one: the old one goes on for the overlap. */
export function CredentialDialog<Issued>({
  subscription,
  wish: { kind, rotates },
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
  const path = `${subscriptionPath(subscription)}/credentials`
  const bodyOf = ({ name, until, overlapHours = 24 }: Fields) => {
    const expiresAt = instantOfField(until)
    if (rotates !== undefined) return { overlapS: overlapHours * HOUR_S }
    return { kind, ...(name ? { name } : {}), ...(expiresAt === undefined ? {} : { expiresAt }) }
  }
  const issue = useFormChange(
    (given: Fields) =>
      request<Issued>('POST', rotates === undefined ? path : `${path}/${rotates}:rotate`, {
        body: bodyOf(given),
      }),
    (issued) => {
      onIssued(issued)
      return undefined
    },
  )
  const command =
    rotates !== undefined
      ? cliText(['credential', 'rotate', subscription, rotates], {
          overlap: String((fields.overlapHours ?? 24) * HOUR_S),
        })
      : fields.until
        ? curlText('POST', path, bodyOf(fields))
        : cliText(
            ['credential', 'issue', subscription, ...(kind === 'secret' ? ['--oauth'] : [])],
            {
              name: fields.name,
            },
          )
  const title = rotates === undefined ? t(`subscriptions:issue.${kind}`) : t('subscriptions:rotate')
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
        <p>
          {rotates === undefined
            ? t(`subscriptions:kindMeans.${kind}`)
            : t('subscriptions:rotateMeans')}
        </p>
        <Form<Fields>
          form={form}
          name="credential"
          layout="vertical"
          initialValues={{ overlapHours: 24 }}
          onFinish={issue.mutate}
        >
          {rotates === undefined ? (
            <>
              <Form.Item name="name" label={t('subscriptions:nameOptional')} rules={[{ max: 100 }]}>
                <Input autoComplete="off" />
              </Form.Item>
              <Form.Item name="until" label={t('subscriptions:untilOptional')}>
                <Input type="datetime-local" />
              </Form.Item>
            </>
          ) : (
            <Form.Item name="overlapHours" label={t('subscriptions:overlap')}>
              <InputNumber min={0} max={720} precision={0} />
            </Form.Item>
          )}
        </Form>
        {issue.error !== null && <ProblemNote error={issue.error} />}
        <CliLine command={command} />
      </div>
    </Modal>
  )
}
