import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { type Policy, requirePolicy, standardPolicy } from './policy.ts'

interface PolicyRow {
  readonly details: Policy
  readonly revision: number
}

type PolicyPort = Pick<Context, 'db' | 'tenant'>

/** What is left out is as in the standard policy. */
async function definePolicy(
  input: Partial<Policy> & { readonly policy: string; readonly revision?: number },
  ctx: Context,
) {
  const { revision: seen = 0, ...wish } = input
  const policy: Policy = { ...standardPolicy, ...wish }
  requirePolicy(policy)
  const { rows } = await ctx.db.query<PolicyRow>(
    `insert into policies (tenant, policy, details, revision, changed_at, changed_by) values ($1, $2, $3, 1, $5, $6)
      on conflict (tenant, policy) do update set details = excluded.details, revision = policies.revision + 1,
        changed_at = excluded.changed_at, changed_by = excluded.changed_by where policies.revision = $4
      returning details, revision`,
    [ctx.tenant, policy.policy, JSON.stringify(policy), seen, nowText(ctx), actorOf(ctx)],
  )
  if (rows[0] === undefined) {
    throw new Refusal(
      'POLICY_CHANGED',
      `Policy ${policy.policy} has another revision: read it again.`,
    )
  }
  return shown(rows[0])
}

async function policies(_: unknown, ctx: PolicyPort) {
  const { rows } = await ctx.db.query<PolicyRow>(
    'select details, revision from policies where tenant = $1 order by policy limit 200',
    [ctx.tenant],
  )
  const items = rows.map(shown)
  const isReplaced = items.some(({ policy }) => policy === standardPolicy.policy)
  return {
    items: isReplaced ? items : [{ ...standardPolicy, revision: 0 }, ...items].slice(0, 200),
  }
}

/** @throws Refusal POLICY_UNKNOWN */
export async function requirePolicyNamed(
  { db, tenant }: PolicyPort,
  policy: string,
): Promise<Policy> {
  const { rows } = await db.query<PolicyRow>(
    'select details, revision from policies where tenant = $1 and policy = $2',
    [tenant, policy],
  )
  if (rows[0] !== undefined) return rows[0].details
  if (policy === standardPolicy.policy) return standardPolicy
  throw new Refusal('POLICY_UNKNOWN', `There is no policy ${policy}: make it by definePolicy.`)
}

function shown({ details, revision }: PolicyRow) {
  return { ...details, revision }
}

export const policyOperations = { definePolicy, policies }
