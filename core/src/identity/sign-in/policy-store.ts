import type { Knex } from 'knex'

/** How a tenant's people may prove who they are. */
export interface SignInPolicy {
  /** Through the tenant's provider and in no other way. */
  readonly ssoOnly: boolean
  /** The one user who still comes in by what the host keeps, when the provider is away. */
  readonly breakGlass: string | null
}

const open: SignInPolicy = { ssoOnly: false, breakGlass: null }

export async function policyOf(knex: Knex, tenant: string): Promise<SignInPolicy> {
  const row = await knex('sign_in_policies').where({ tenant }).first()
  return row === undefined ? open : { ssoOnly: row.sso_only, breakGlass: row.break_glass }
}

export async function putPolicy(
  trx: Knex,
  tenant: string,
  { ssoOnly, breakGlass }: SignInPolicy,
): Promise<void> {
  await trx('sign_in_policies')
    .insert({ tenant, sso_only: ssoOnly, break_glass: breakGlass })
    .onConflict('tenant')
    .merge()
}

/** Whether a user may come in by a password or passkey that the host keeps. */
export function mayComeByOwn({ ssoOnly, breakGlass }: SignInPolicy, user: string): boolean {
  return !ssoOnly || breakGlass === user
}
