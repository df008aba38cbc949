import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { again } from '../calls/again.ts'
import { nowText } from '../calls/instant-text.ts'
import { pageOf } from '../calls/page-place.ts'
import { type ContributedPlan, contributedPlans, requireOwn } from './contributed-plans.ts'
import { requirePlan } from './plan-checks.ts'
import type { PlanDefinition, PlanScope } from './plan-definition.ts'
import { schemesOf } from './plan-schemes.ts'
import {
  contributor,
  findSameScope,
  findVersions,
  insertVersion,
  listPlans,
  type PlanVersion,
  retire,
} from './plan-store.ts'
import { isSameDefinition } from './same-definition.ts'
import { requireSchemes } from './trial-draw.ts'

type DefinePlanInput = PlanDefinition & { readonly plan: string }

/** Defines a plan, or its next version; the same definition again is the version that there is. */
async function definePlan({ plan, ...definition }: DefinePlanInput, ctx: Context) {
  await requireOwn(ctx, plan)
  requirePlan(definition)
  requireSchemes(definition, await schemesOf(ctx, definition))
  return again(async () => {
    const versions = await findVersions(ctx, plan)
    const [newest] = versions
    if (
      newest !== undefined &&
      newest.retiredAt === null &&
      isSameDefinition(newest.definition, definition)
    ) {
      return shown(newest)
    }
    const other = await findSameScope(ctx, plan, definition.scope)
    if (other !== undefined) {
      throw new Refusal(
        'PLAN_SCOPE_TAKEN',
        `Plan ${other} is for the same item, supplier and operation: change that one, or retire it.`,
      )
    }
    const at = nowText(ctx)
    const by = actorOf(ctx)
    await insertVersion(ctx, plan, newest?.version ?? 0, definition, { by, at })
    return shown({
      plan,
      version: (newest?.version ?? 0) + 1,
      retiredAt: null,
      definition,
      createdAt: at,
      createdBy: by,
    })
  })
}

interface PlansInput {
  readonly item?: string
  readonly withRetired?: boolean
  readonly limit?: number
  readonly cursor?: string
}

async function plans(input: PlansInput, ctx: Context) {
  const { item = null, withRetired = false, limit = 50, cursor = '' } = input
  const own = await listPlans(ctx, { item, withRetired, after: cursor, limit: limit + 1 })
  const others = (await contributedPlans(ctx)).filter(
    ({ plan: id, definition }) => id > cursor && (item === null || definition.scope.item === item),
  )
  const all = [...own, ...others.map((one) => contributedVersion(one, 1))]
  all.sort((a, b) => (a.plan < b.plan ? -1 : 1))
  return pageOf(
    all,
    limit,
    (row) => row.plan,
    (row) => {
      const { name, scope, characteristics } = row.definition
      return { ...headOf(row), name, scope, characteristics: characteristics.length }
    },
  )
}

/** As it stands in its plugin now. */
function contributedVersion({ plan: id, definition }: ContributedPlan, version: number) {
  return {
    plan: id,
    version,
    retiredAt: null,
    createdAt: null,
    createdBy: contributor(id),
    definition,
  }
}

interface PlanInput {
  readonly plan: string
  readonly version?: number
}

async function plan(input: PlanInput, ctx: Context) {
  return shown(await requireVersion(ctx, input))
}

/** @throws PLAN_UNKNOWN */
async function requireVersion(ctx: Context, input: PlanInput): Promise<ShownVersion> {
  const versions = await findVersions(ctx, input.plan)
  const found =
    input.version === undefined
      ? versions[0]
      : versions.find(({ version }) => version === input.version)
  if (found !== undefined) return found
  const contributed = (await contributedPlans(ctx)).find((one) => one.plan === input.plan)
  if (contributed !== undefined) return contributedVersion(contributed, 1)
  throw new Refusal('PLAN_UNKNOWN', `There is no such plan or version: ${input.plan}.`)
}

/** Inspections that have begun go on with it; new ones do without. */
async function retirePlan({ plan: id }: { readonly plan: string }, ctx: Context) {
  await requireOwn(ctx, id)
  const at = nowText(ctx)
  await retire(ctx, id, at)
  return plan({ plan: id }, ctx)
}

interface CopyInput {
  readonly from: string
  readonly version?: number
  readonly plan: string
  readonly scope?: PlanScope
}

/** A plan of the tenant that begins as another one, of the tenant or of another plugin. */
async function copyPlan({ plan: id, scope, ...source }: CopyInput, ctx: Context) {
  const { version } = source
  const named = { plan: source.from, ...(version === undefined ? {} : { version }) }
  const { definition } = await requireVersion(ctx, named)
  return definePlan({ ...definition, plan: id, scope: scope ?? definition.scope }, ctx)
}

type ShownVersion = Omit<PlanVersion, 'createdAt' | 'isCurrent'> & {
  /** Null: another plugin brings it. */
  readonly createdAt: string | null
}

function headOf({ plan: id, version, retiredAt, createdAt, createdBy }: ShownVersion) {
  return { plan: id, version, retiredAt, createdAt, createdBy }
}

function shown(row: ShownVersion) {
  return { ...headOf(row), definition: row.definition }
}

export const planOperations = { definePlan, copyPlan, plans, plan, retirePlan }
