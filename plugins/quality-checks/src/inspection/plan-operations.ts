import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { firstState } from '../sampling/next-severity.ts'
import { actorOf } from './actor.ts'
import { again } from './again.ts'
import { drawTests, switchingKey } from './draw-tests.ts'
import { requirePlan } from './plan-checks.ts'
import type { PlanDefinition } from './plan-definition.ts'
import { type Schemes, schemesOf } from './plan-schemes.ts'
import {
  findSameScope,
  findVersions,
  insertVersion,
  listPlans,
  type PlanVersion,
  retire,
} from './plan-store.ts'

type DefinePlanInput = PlanDefinition & { readonly plan: string }

/** A lot as good as any to see whether its scheme has a plan for each limit. */
const TRIAL_LOT = 1000

/** Defines a plan, or its next version; the same definition again is the version that there is. */
async function definePlan({ plan, ...definition }: DefinePlanInput, ctx: Context) {
  requirePlan(definition)
  requireSchemes(definition, await schemesOf(ctx, definition))
  return again(async () => {
    const versions = await findVersions(ctx, plan)
    const [newest] = versions
    if (newest !== undefined && newest.retiredAt === null && isSame(newest, definition)) {
      return shown(newest)
    }
    const other = await findSameScope(ctx, plan, definition.scope)
    if (other !== undefined) {
      throw new Refusal(
        'PLAN_SCOPE_TAKEN',
        `Plan ${other} is for the same item, supplier and operation: change that one, or retire it.`,
      )
    }
    const at = new Date(ctx.now()).toISOString()
    const by = actorOf(ctx)
    await insertVersion(ctx, plan, newest?.version ?? 0, definition, { by, at })
    return shown({
      plan,
      version: (newest?.version ?? 0) + 1,
      isCurrent: true,
      retiredAt: null,
      definition,
      createdAt: at,
      createdBy: by,
    })
  })
}

/** A limit or a table that the scheme has not is found now, and not when goods wait at the gate. */
function requireSchemes(plan: PlanDefinition, schemes: Schemes): void {
  const severities = [
    'normal',
    'tightened',
    ...(plan.allowReduced ? ['reduced' as const] : []),
  ] as const
  for (const severity of severities) {
    const state = { ...firstState, severity }
    const keys = plan.characteristics.flatMap(({ id, classes }) =>
      classes.map((entry) => [switchingKey(id, entry.class), state] as const),
    )
    drawTests(plan, TRIAL_LOT, { schemes, grade: undefined, switching: new Map(keys) })
  }
}

function isSame({ definition }: PlanVersion, other: PlanDefinition): boolean {
  return canonical(definition) === canonical(other)
}

/** PostgreSQL keeps the keys of an object in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

interface PlansInput {
  readonly item?: string
  readonly withRetired?: boolean
  readonly limit?: number
  readonly cursor?: string
}

async function plans(input: PlansInput, ctx: Context) {
  const { item = null, withRetired = false, limit = 50, cursor = '' } = input
  const rows = await listPlans(ctx, { item, withRetired, after: cursor, limit: limit + 1 })
  const items = rows.slice(0, limit).map((row) => {
    const { name, scope, characteristics } = row.definition
    return { ...headOf(row), name, scope, characteristics: characteristics.length }
  })
  const last = items.at(-1)
  return rows.length > limit && last ? { items, next: last.plan } : { items }
}

interface PlanInput {
  readonly plan: string
  readonly version?: number
}

async function plan(input: PlanInput, ctx: Context) {
  const versions = await findVersions(ctx, input.plan)
  const found =
    input.version === undefined
      ? versions[0]
      : versions.find(({ version }) => version === input.version)
  if (found !== undefined) return shown(found)
  throw new Refusal('PLAN_UNKNOWN', `There is no such plan or version: ${input.plan}.`)
}

/** Inspections that have begun go on with it; new ones do without. */
async function retirePlan({ plan: id }: { readonly plan: string }, ctx: Context) {
  const at = new Date(ctx.now()).toISOString()
  await retire(ctx, id, at)
  return plan({ plan: id }, ctx)
}

function headOf({ plan: id, version, retiredAt, createdAt, createdBy }: PlanVersion) {
  return { plan: id, version, retiredAt, createdAt, createdBy }
}

function shown(row: PlanVersion) {
  return { ...headOf(row), definition: row.definition }
}

export const planOperations = { definePlan, plans, plan, retirePlan }
