import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import type { GivenText } from '../words/local-text.ts'
import { requirePlan } from './plan-checks.ts'
import type { Characteristic, PlanDefinition, PlanScope } from './plan-definition.ts'
import { schemesOf } from './plan-schemes.ts'
import { requireSchemes } from './trial-draw.ts'

/** Where other plugins put inspection plans. */
const POINT = 'quality.inspection/plan/v1'

/** A characteristic in the short form. */
interface Check {
  readonly characteristic: string
  readonly label?: GivenText
  readonly unit: string
  readonly lower?: number
  readonly target?: number
  readonly upper?: number
}

type ContributedValue = Partial<Omit<PlanDefinition, 'name'>> & {
  readonly id: string
  readonly label: GivenText
  readonly checks?: readonly Check[]
}

export interface ContributedPlan {
  /** Of the plugin and its own id: a plan of another plugin never has the name of one of the tenant. */
  readonly plan: string
  readonly plugin: string
  readonly definition: PlanDefinition
}

/** Ids of plans are no longer. */
const ID_LENGTH = 100

/**
 * The plans that other plugins bring, by their ids. One that could not stand as a plan of the tenant is left out and
 * logged: goods at the gate do not wait for another plugin to be mended.
 */
export async function contributedPlans(ctx: Context): Promise<readonly ContributedPlan[]> {
  const plans: ContributedPlan[] = []
  for (const { plugin, value } of await ctx.contributions<ContributedValue>(POINT)) {
    const plan = `${plugin}/${value.id}`
    const definition = definitionOf(value)
    try {
      requirePlan(definition)
      requireSchemes(definition, await schemesOf(ctx, definition))
      if (plan.length <= ID_LENGTH) plans.push({ plan, plugin, definition })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      ctx.log.warn('a contributed plan is left out', { plan, code: error.code })
    }
  }
  return plans.sort((a, b) => (a.plan < b.plan ? -1 : 1))
}

/** What a plan of another plugin leaves out is what most receiving inspections do. */
export function definitionOf({ id: _, label, checks, ...given }: ContributedValue): PlanDefinition {
  return {
    scope: {},
    sampling: { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' },
    frequency: { kind: 'all' },
    decidedBy: 'person',
    ...given,
    name: label,
    characteristics: given.characteristics ?? (checks ?? []).map(characteristicOf),
  }
}

function characteristicOf(check: Check): Characteristic {
  const { characteristic: id, label = { en: id }, unit, lower, target, upper } = check
  return {
    ...{ id, name: label, kind: 'variable', unit, classes: [{ class: 'major', aql: 1 }] },
    ...(lower === undefined ? {} : { lsl: lower }),
    ...(target === undefined ? {} : { target }),
    ...(upper === undefined ? {} : { usl: upper }),
  }
}

/** A plan that says what it is for is used where the tenant has none; one for anything at all is there to be copied. */
export function isApplied({ item, supplier, operation }: PlanScope): boolean {
  return [item, supplier, operation].some((one) => one !== undefined)
}

/** @throws PLAN_CONTRIBUTED */
export async function requireOwn(ctx: Context, plan: string): Promise<void> {
  const found = (await contributedPlans(ctx)).find((one) => one.plan === plan)
  if (found === undefined) return
  throw new Refusal(
    'PLAN_CONTRIBUTED',
    `${plan} is of the plugin ${found.plugin} and cannot be changed here: copy it (copyPlan).`,
  )
}
