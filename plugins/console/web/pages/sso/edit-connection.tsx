import { Button, Checkbox, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { ID } from '../identity/identity.ts'
import {
  CLAIMS,
  type Connection,
  type ConnectionWish,
  connectionBody,
  connectionPath,
  NEW_CONNECTION,
  shownBody,
} from './connection.ts'
import { GroupRolesFields } from './group-roles-fields.tsx'

interface Props {
  readonly tenant: string
  /** Undefined: a new one. */
  readonly connection: Connection | undefined
  readonly onDone: () => void
}

/** What the tenant says of its provider. The secret goes one way: it is never shown again. */
export function EditConnection({ tenant, connection, onDone }: Props) {
  const { t } = useTranslation('sso')
  const [form] = Form.useForm<ConnectionWish>()
  const seen = Form.useWatch([], form)
  const idOf = (wish: ConnectionWish) => connection?.id ?? wish.id ?? ''
  const { mutate, isPending, error } = useFormChange(
    (wish: ConnectionWish) =>
      request<Connection>('PUT', connectionPath(tenant, idOf(wish)), {
        body: connectionBody(wish),
      }),
    ({ name }) => {
      onDone()
      return t('stored', { name })
    },
  )
  const wish = { ...NEW_CONNECTION, ...seen }
  return (
    <Form<ConnectionWish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="connection"
      layout="vertical"
      initialValues={connection ?? NEW_CONNECTION}
      onFinish={(given) => mutate(given)}
    >
      <ProviderFields connection={connection} />
      <PeopleFields />
      <GroupRolesFields tenant={tenant} />
      <ClaimFields />
      <div className="stack">
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('store')}
          </Button>
        </div>
        {seen !== undefined && idOf(seen) !== '' && (
          <CliLine command={curlText('PUT', connectionPath(tenant, idOf(seen)), shownBody(wish))} />
        )}
      </div>
    </Form>
  )
}

/** An address as the provider writes it in its tokens: no question, no fragment, no name in it. */
const ISSUER = /^https?:\/\/[^\s?#@]+$/

function ProviderFields({ connection }: Pick<Props, 'connection'>) {
  const { t } = useTranslation('sso')
  const form = Form.useFormInstance<ConnectionWish>()
  const [issuer, clientId] = [Form.useWatch('issuer', form), Form.useWatch('clientId', form)]
  // A secret is for whom it was given to: another address or client is given it anew.
  const isKept =
    connection !== undefined && issuer === connection.issuer && clientId === connection.clientId
  const required = { required: true, message: t('missing') }
  return (
    <>
      <Form.Item name="name" label={t('name')} extra={t('nameHint')} rules={[required]}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      {connection === undefined && (
        <Form.Item
          name="id"
          label={t('id')}
          extra={t('idHint')}
          rules={[{ required: true, pattern: ID, message: t('idHint') }]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      )}
      <Form.Item
        name="issuer"
        label={t('issuer')}
        extra={t('issuerHint')}
        rules={[{ required: true, pattern: ISSUER, message: t('noIssuer') }]}
      >
        <Input maxLength={500} autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item name="clientId" label={t('clientId')} rules={[required]}>
        <Input maxLength={300} autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item
        name="clientSecret"
        label={t('clientSecret')}
        extra={t(isKept ? 'secretKept' : 'secretHint')}
        rules={isKept ? [] : [required]}
      >
        <Input.Password maxLength={1000} autoComplete="new-password" visibilityToggle={false} />
      </Form.Item>
    </>
  )
}

function PeopleFields() {
  const { t } = useTranslation('sso')
  return (
    <>
      <Form.Item name="domains" label={t('domains')} extra={t('domainsHint')}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
      </Form.Item>
      <Form.Item name="createsUsers" valuePropName="checked" extra={t('createsUsersHint')}>
        <Checkbox>{t('createsUsers')}</Checkbox>
      </Form.Item>
      <Form.Item name="linksByEmail" valuePropName="checked" extra={t('linksByEmailHint')}>
        <Checkbox>{t('linksByEmail')}</Checkbox>
      </Form.Item>
    </>
  )
}

function ClaimFields() {
  const { t } = useTranslation('sso')
  return (
    <>
      <Form.Item name="scopes" label={t('scopes')} extra={t('scopesHint')}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
      </Form.Item>
      {CLAIMS.map((claim) => (
        <Form.Item
          key={claim}
          name={['claims', claim]}
          label={t(`claims.${claim}`)}
          rules={[{ required: true, message: t('missing') }]}
        >
          <Input maxLength={100} autoComplete="off" spellCheck={false} />
        </Form.Item>
      ))}
    </>
  )
}
