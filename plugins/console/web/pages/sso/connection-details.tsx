import { useMutation } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { Figures } from '../../parts/figures.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { addressesFor, type Checked, type Connection, connectionPath } from './connection.ts'

/** What the provider has to know, what it says of people, and whether it answers. */
export function ConnectionDetails({
  tenant,
  connection,
  mayWrite,
}: {
  tenant: string
  connection: Connection
  mayWrite: boolean
}) {
  const { t } = useTranslation('sso')
  const { id, clientId, scopes, domains, groupRoles, createsUsers, linksByEmail } = connection
  const { redirect, logout } = addressesFor(location.origin, tenant, id)
  const yesNo = (is: boolean) => t(is ? 'yes' : 'no')
  return (
    <div className="stack">
      <Figures
        items={[
          [t('redirect'), <code key="redirect">{redirect}</code>],
          [t('logout'), <code key="logout">{logout}</code>],
          [t('clientId'), <code key="client">{clientId}</code>],
          [t('scopes'), scopes.join(', ')],
          [t('domains'), domains.join(', ') || t('allDomains')],
          [t('createsUsers'), yesNo(createsUsers)],
          [t('linksByEmail'), yesNo(linksByEmail)],
          [
            t('groupRoles'),
            groupRoles.map(({ group, roles }) => `${group}: ${roles.join(', ')}`).join('; ') || '–',
          ],
        ]}
      />
      {mayWrite && <Check path={`${connectionPath(tenant, id)}:check`} />}
    </div>
  )
}

function Check({ path }: { path: string }) {
  const { t } = useTranslation('sso')
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: () => request<Checked>('POST', path),
  })
  return (
    <>
      <div>
        <Button loading={isPending} onClick={() => mutate()}>
          {t('check')}
        </Button>
      </div>
      <div role="status">
        {data !== undefined && <Result checked={data} />}
        {error !== null && <ProblemNote error={error} />}
      </div>
      <CliLine command={curlText('POST', path)} />
    </>
  )
}

function Result({ checked }: { checked: Checked }) {
  const { t } = useTranslation('sso')
  if (!checked.answers) {
    return (
      <Alert
        type="error"
        showIcon
        title={t('silent')}
        description={t('silentWhy', { reason: checked.reason })}
      />
    )
  }
  const { issuer, authorizationEndpoint, tokenEndpoint, supportsPkce, supportsLogout } = checked
  return (
    <Alert
      type="success"
      showIcon
      title={t('answers', { issuer })}
      description={
        <ul>
          <li>{t('authorizationEndpoint', { address: authorizationEndpoint ?? '–' })}</li>
          <li>{t('tokenEndpoint', { address: tokenEndpoint ?? '–' })}</li>
          <li>{t(supportsPkce ? 'pkce' : 'noPkce')}</li>
          <li>{t(supportsLogout ? 'endsSessions' : 'endsNoSessions')}</li>
        </ul>
      }
    />
  )
}
