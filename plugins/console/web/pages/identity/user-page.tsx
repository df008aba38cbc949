import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { maySomewhere } from '../../api/may.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Section, Sections } from '../../parts/sections.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { USER_TONES, type User } from './identity.ts'
import { userPath } from './identity-paths.ts'
import { useTagged } from './use-organisation.ts'
import { UserAccount } from './user-account.tsx'
import { UserCommands } from './user-commands.tsx'
import { UserDetails } from './user-details.tsx'
import { UserRoles } from './user-roles.tsx'
import { UserTokens } from './user-tokens.tsx'
import './identity.css'

/** One user: who he is, what he may do where, and by what he comes in. */
export function UserPage() {
  const { t } = useTranslation('identity')
  const { user = '' } = useParams()
  const tenant = useTenant()
  return tenant === undefined ? (
    <ChooseTenant title={t('user')} />
  ) : (
    <OneUser tenant={tenant} id={user} />
  )
}

function OneUser({ tenant, id }: { tenant: string; id: string }) {
  const { t } = useTranslation('identity')
  const viewer = useViewer()
  const [tab = 'roles', setTab] = useParam('tab')
  const { data, error } = useTagged<User>(userPath(id), tenant)
  if (data === undefined) return <Awaited title={t('user')} error={error} />
  const { value: user, etag } = data
  const of = { tenant, user }
  const mayWrite = maySomewhere(viewer, 'user.write')
  const items: readonly Section[] = [
    { key: 'roles', label: t('roles'), children: <UserRoles {...of} /> },
    {
      key: 'details',
      label: t('details'),
      children: <UserDetails key={etag} {...of} etag={etag} />,
    },
    ...(maySomewhere(viewer, 'service_account.token')
      ? [{ key: 'tokens', label: t('tokens'), children: <UserTokens {...of} /> }]
      : []),
    ...(mayWrite
      ? [{ key: 'account', label: t('account'), children: <UserAccount {...of} /> }]
      : []),
  ]
  return (
    <div className="stack">
      <PageHead title={user.displayName}>
        <code>{user.login}</code>
        <StatusTag tone={USER_TONES[user.state]} label={t(`states.${user.state}`)} />
      </PageHead>
      {mayWrite && <UserCommands {...of} />}
      <Sections items={items} open={tab} onOpen={setTab} />
    </div>
  )
}
