import type { Context, Statement } from '@signalbox/sdk'
import type { PlanDefinition, PlanScope } from './plan-definition.ts'

type Port = Pick<Context, 'db' | 'tenant'>

export interface PlanVersion {
  readonly plan: string
  readonly version: number
  readonly isCurrent: boolean
  readonly retiredAt: string | null
  readonly definition: PlanDefinition
  readonly createdAt: string
  readonly createdBy: string
}

export type CandidatePlan = Pick<PlanVersion, 'plan' | 'version' | 'definition'> & {
  readonly scope: PlanScope
}

const columns =
  'plan, version, is_current as "isCurrent", retired_at as "retiredAt", definition, created_at as "createdAt", created_by as "createdBy"'

/** The versions of a plan, newest first. */
export async function findVersions({ db }: Port, plan: string): Promise<readonly PlanVersion[]> {
  const { rows } = await db.query<PlanVersion>(
    `select ${columns} from inspection_plans where plan = $1 order by version desc limit 100`,
    [plan],
  )
  return rows
}

/** Another current plan of the same scope. */
export async function findSameScope(
  { db }: Port,
  plan: string,
  { item = '', supplier = '', operation = '' }: PlanScope,
): Promise<string | undefined> {
  const { rows } = await db.query<{ plan: string }>(
    `select plan from inspection_plans
      where item = $1 and supplier = $2 and operation = $3 and is_current and retired_at is null and plan <> $4`,
    [item, supplier, operation, plan],
  )
  return rows[0]?.plan
}

/** The new version is current, the one before not any more. @param before 0: there is none */
export async function insertVersion(
  { db, tenant }: Port,
  plan: string,
  before: number,
  definition: PlanDefinition,
  { by, at }: { readonly by: string; readonly at: string },
): Promise<void> {
  const { item = '', supplier = '', operation = '' } = definition.scope
  const inserted = {
    sql: `insert into inspection_plans (tenant, plan, version, item, supplier, operation, is_current, definition, created_at, created_by)
          values ($1, $2, $3, $4, $5, $6, true, $7, $8, $9)`,
    parameters: [
      tenant,
      plan,
      before + 1,
      item,
      supplier,
      operation,
      JSON.stringify(definition),
      at,
      by,
    ],
  }
  const replaced = {
    sql: 'update inspection_plans set is_current = false where plan = $1 and version = $2 and is_current',
    parameters: [plan, before],
    rows: 1,
  }
  await db.transaction(before === 0 ? [inserted] : [replaced, inserted])
}

/** By whom a plan of another plugin is, as its versions say. */
export function contributor(plan: string): string {
  return `plugin:${plan.slice(0, plan.lastIndexOf('/'))}`
}

/** A plan of another plugin as an arrival began with it; it is no current plan of the tenant. */
export function contributedStatement(
  tenant: string,
  { plan, version, definition }: Pick<PlanVersion, 'plan' | 'version' | 'definition'>,
  at: string,
): Statement {
  return {
    sql: `insert into inspection_plans (tenant, plan, version, item, supplier, operation, is_current, definition, created_at, created_by)
          values ($1, $2, $3, '', '', '', false, $4, $5, $6)`,
    parameters: [tenant, plan, version, JSON.stringify(definition), at, contributor(plan)],
  }
}

export async function retire({ db }: Port, plan: string, at: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'update inspection_plans set retired_at = $2 where plan = $1 and is_current and retired_at is null',
    [plan, at],
  )
  return rowCount === 1
}

export interface PlanFilter {
  readonly item: string | null
  readonly withRetired: boolean
  readonly after: string
  readonly limit: number
}

export async function listPlans(
  { db }: Port,
  { item, withRetired, after, limit }: PlanFilter,
): Promise<readonly PlanVersion[]> {
  const { rows } = await db.query<PlanVersion>(
    `select ${columns} from inspection_plans
      where is_current and plan collate "C" > $1 and ($2::text is null or item = $2) and ($3 or retired_at is null)
      order by plan collate "C" limit $4`,
    [after, item, withRetired, limit],
  )
  return rows
}

/** The plans that fit, of parameters; at most eight, as no two have the same scope. */
export function fittingPlans(item: string, supplier: string, operation: string): string {
  return `(select coalesce(jsonb_agg(jsonb_build_object('plan', p.plan, 'version', p.version, 'definition', p.definition,
      'scope', jsonb_build_object('item', p.item, 'supplier', p.supplier, 'operation', p.operation))), '[]')
    from inspection_plans p where p.is_current and p.retired_at is null
     and p.item in ('', ${item}) and p.supplier in ('', ${supplier}) and p.operation in ('', ${operation}))`
}
