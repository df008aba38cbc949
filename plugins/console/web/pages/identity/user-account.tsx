import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { linkOf, type ShownTicket, type User } from './identity.ts'
import { ofTenant, userPath } from './identity-paths.ts'

const WAYS = ['sessions', 'second-factor', 'passkeys', 'sso'] as const
type Way = (typeof WAYS)[number]

/** How a person comes in, and what an admin does for who cannot, or must not any more. */
export function UserAccount({ tenant, user }: { tenant: string; user: User }) {
  const { t } = useTranslation('identity')
  if (user.kind === 'service') return <p>{t('serviceHasTokens')}</p>
  return (
    <ul className="account-ways">
      {user.state !== 'left' && <NewLink tenant={tenant} user={user} />}
      {WAYS.map((way) => (
        <TakeWay key={way} tenant={tenant} user={user} way={way} />
      ))}
    </ul>
  )
}

function NewLink({ tenant, user }: { tenant: string; user: User }) {
  const { t } = useTranslation('identity')
  const [shown, setShown] = useState<ShownTicket>()
  const path = ofTenant(`${userPath(user.id)}/link`, tenant)
  const { mutate, isPending } = useChange(
    () => request<ShownTicket>('POST', path),
    (ticket) => {
      setShown(ticket)
      return undefined
    },
  )
  const isInvited = user.state === 'invited'
  return (
    <li className="stack">
      <h2 className="part-name">{t(isInvited ? 'invitation' : 'resetLink')}</h2>
      <p>{t(isInvited ? 'invitationText' : 'resetLinkText')}</p>
      <div>
        <Button loading={isPending} onClick={() => mutate(undefined)}>
          {t('makeLink')}
        </Button>
      </div>
      <CliLine command={curlText('POST', path)} />
      <SecretOnce
        title={t('linkOf', { name: user.displayName })}
        note={t('linkShownOnce')}
        parts={
          shown === undefined
            ? []
            : [{ label: t('invitationLink'), value: linkOf(shown, location.origin) }]
        }
        onKept={() => setShown(undefined)}
      />
    </li>
  )
}

function TakeWay({ tenant, user, way }: { tenant: string; user: User; way: Way }) {
  const { t } = useTranslation('identity')
  const { modal } = App.useApp()
  const path = ofTenant(`${userPath(user.id)}/${way}`, tenant)
  const { mutate, isPending } = useChange(
    () => request('DELETE', path),
    () => t(`ways.${way}.done`, { name: user.displayName }),
  )
  const ask = () =>
    void modal.confirm({
      title: t(`ways.${way}.confirm`, { name: user.displayName }),
      okText: t(`ways.${way}.act`),
      okButtonProps: { danger: true },
      onOk: () => mutate(undefined),
    })
  return (
    <li className="stack">
      <h2 className="part-name">{t(`ways.${way}.title`)}</h2>
      <p>{t(`ways.${way}.text`)}</p>
      <div>
        <Button danger loading={isPending} onClick={ask}>
          {t(`ways.${way}.act`)}
        </Button>
      </div>
      <CliLine command={curlText('DELETE', path)} />
    </li>
  )
}
