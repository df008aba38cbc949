import type { Knex } from 'knex'
import type { Deprecation } from '../../catalog/deprecation.ts'
import { type PlanPrice, termsOf } from '../../catalog/plan.ts'
import type { TokenKey } from '../../oauth/token-key.ts'
import { type Credential, type Subscription, serviceKey } from './snapshot.ts'

/** What of the snapshot lets calls in. Each is read in the transaction of the whole. */
export async function loadSubscriptions(trx: Knex): Promise<Map<string, Subscription>> {
  const rows = await trx('subscriptions as s')
    .join('plan_versions as p', {
      'p.service': 's.service',
      'p.major': 's.major',
      'p.plan': 's.plan',
      'p.version': 's.plan_version',
    })
    .join('apps as a', { 'a.tenant': 's.tenant', 'a.id': 's.app' })
    .whereNotIn('s.state', ['rejected', 'cancelled'])
    .select('s.*', 'p.rate_per_s', 'p.burst', 'p.terms', {
      app_suspended: 'a.suspended_by',
      origins: 'a.allowed_origins',
    })
  return new Map(rows.map((row) => [row.id, subscriptionOf(row)]))
}

function subscriptionOf(row: Readonly<Record<string, unknown>>): Subscription {
  const terms = termsOf(row as unknown as Parameters<typeof termsOf>[0])
  const origins = row.origins as readonly string[]
  const { ratePerS, burst, price, approval: _, ...beside } = terms
  return {
    id: row.id as string,
    tenant: row.tenant as string,
    app: row.app as string,
    service: row.service as string,
    major: row.major as number,
    plan: row.plan as string,
    limit: { ratePerS, burst },
    ...beside,
    ...(price === undefined ? {} : { price: agreedOf(price) }),
    scopes: row.scopes as Subscription['scopes'],
    state: row.state as Subscription['state'],
    ...(row.expires_at === null ? {} : { expiresAt: (row.expires_at as Date).getTime() }),
    ...(row.app_suspended === null ? {} : { isAppSuspended: true }),
    ...(origins.length === 0 ? {} : { origins }),
  }
}

function agreedOf({ amount, currency, unit }: PlanPrice): NonNullable<Subscription['price']> {
  return { amount, currency, per: unit }
}

/** How long a key that is over is still told from one that never was: whoever forgot it learns why it fails. */
const TOLD_OVER = '30 days'

export async function loadCredentials(trx: Knex): Promise<Map<string, Credential>> {
  const rows = await trx('credentials')
    .whereNull('revoked_at')
    .whereRaw('(expires_at is null or expires_at > now() - ?::interval)', [TOLD_OVER])
  return new Map(
    rows.map((row) => [
      row.id,
      {
        hash: (row.hash as Buffer).toString('base64'),
        subscription: row.subscription,
        kind: row.kind,
        ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.getTime() }),
      },
    ]),
  )
}

export async function loadTokenKeys(trx: Knex): Promise<Map<string, TokenKey>> {
  const rows = await trx('token_keys').orderBy('signs_from')
  return new Map(
    rows.map((row) => [
      row.kid,
      {
        kid: row.kid,
        publicJwk: row.public_jwk,
        signsFrom: row.signs_from.getTime(),
        endsAt: row.ends_at?.getTime() ?? null,
      },
    ]),
  )
}

export async function loadRevokedTokens(trx: Knex): Promise<Set<string>> {
  const rows = await trx('revoked_tokens').whereRaw("expires_at > now() - interval '1 minute'")
  return new Set(rows.map(({ jti }) => jti))
}

export async function loadDeprecations(trx: Knex): Promise<Map<string, Deprecation>> {
  const rows = await trx('service_deprecations')
  return new Map(
    rows.map((row) => [
      serviceKey(row.service, row.major),
      {
        deprecatedAt: row.deprecated_at.getTime(),
        sunsetAt: row.sunset_at?.getTime() ?? null,
        successor: row.successor,
        information: row.information,
        brownOuts: row.brown_outs,
      },
    ]),
  )
}
