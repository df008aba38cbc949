import type { HostClient } from '../../src/cli/host-client.ts'
import { Browser } from './browser.ts'

export const PASSWORD = 'violet otter parks nine'

interface Wish {
  readonly tenant: string
  readonly login: string
  readonly roles?: readonly string[]
  readonly unit?: string
}

/** A person who has accepted the invitation and signed in. @param as who makes the user */
export async function person(
  url: string,
  as: HostClient,
  { tenant, login, roles = [], unit }: Wish,
): Promise<{ readonly id: string; readonly browser: Browser }> {
  const made = await as.request<{ id: string; invitation: { ticket: string } }>(
    'POST',
    '/v1/users',
    {
      tenant,
      login,
      displayName: `Person ${login}`,
      email: `${login}@${tenant}.example`,
      roles,
      ...(unit === undefined ? {} : { unit }),
    },
  )
  const browser = new Browser(url)
  const { ticket } = made.invitation
  await browser.ask('POST', '/v1/sign-in/invitation', { ticket, password: PASSWORD })
  await browser.signIn(tenant, login, PASSWORD)
  return { id: made.id, browser }
}

/** A service account with a token for all that it may do. */
export async function serviceAccount(
  as: HostClient,
  { tenant, login, roles = [] }: Wish,
  actions: readonly string[],
): Promise<{ readonly id: string; readonly token: string }> {
  const account = { tenant, login, kind: 'service', displayName: login, roles }
  const { id } = await as.request<{ id: string }>('POST', '/v1/users', account)
  const wish = { label: 'all', days: 1, actions }
  const path = `/v1/users/${id}/tokens?tenant=${tenant}`
  const { token } = await as.request<{ token: string }>('POST', path, wish)
  return { id, token }
}
