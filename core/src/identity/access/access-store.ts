import type { Knex } from 'knex'
import type { DueQuestion } from '../../storage/due-watch.ts'
import type { RoleGrant } from '../principal.ts'
import { isBuiltIn } from '../roles/built-in-roles.ts'

export async function readRevision(knex: Knex): Promise<number> {
  const row = await knex('access_clock').first('revision')
  return Number(row.revision)
}

/** Due while the last change is another than this node knows. */
export function otherRevision(known: () => number): DueQuestion {
  return {
    sql: 'select 0 from access_clock where revision <> ?',
    values: () => [known()],
  }
}

export async function readRevisionsSince(
  knex: Knex,
  revision: number,
): Promise<readonly (readonly [string, number])[]> {
  const rows = await knex('access_revisions').where('revision', '>', revision)
  return rows.map((row) => [row.tenant, Number(row.revision)] as const)
}

/** A role as it is held: where it was given, or where a position stands that carries it. */
interface HeldRow {
  readonly role: string
  readonly unit: string | null
  readonly actions: string[] | null
  readonly permissions: string[] | null
}

export interface HeldRoles {
  readonly grants: readonly RoleGrant[]
  /** Milliseconds until a validity begins or ends; undefined: none does. */
  readonly changesInMs: number | undefined
}

/** What a user holds now, by roles of his own and by positions. A role that is gone gives nothing. */
export async function loadGrants(knex: Knex, tenant: string, user: string): Promise<HeldRoles> {
  const { rows } = await knex.raw<{
    rows: (HeldRow & { from_at: Date; to_at: Date; now: Date })[]
  }>(
    `with held as (
       select role, unit, valid_from, valid_to from role_assignments where tenant = :tenant and user_id = :user
       union all
       select r.role, p.unit, h.valid_from, h.valid_to
       from position_holders h join positions p on p.tenant = h.tenant and p.id = h.position
       cross join unnest(p.roles) as r(role)
       where h.tenant = :tenant and h.user_id = :user)
     select h.role, h.unit, h.valid_from as from_at, h.valid_to as to_at, now() as now, r.actions, r.permissions
     from held h left join roles r on r.tenant = :tenant and r.id = h.role
     where h.valid_to is null or h.valid_to > now()`,
    { tenant, user },
  )
  const edges = rows
    .flatMap((row) =>
      [row.from_at, row.to_at].map((at) => (at ? at.getTime() - row.now.getTime() : 0)),
    )
    .filter((ms) => ms > 0)
  const held = rows.filter((row) => row.from_at === null || row.from_at <= row.now)
  const trees = await loadTrees(knex, tenant, held)
  return {
    grants: held.map((row) => grantOf(row, trees)),
    changesInMs: edges.length === 0 ? undefined : Math.min(...edges),
  }
}

function grantOf(row: HeldRow, trees: ReadonlyMap<string, ReadonlySet<string>>): RoleGrant {
  return {
    role: row.role,
    ...(isBuiltIn(row.role) ? { builtIn: row.role } : {}),
    actions: new Set(row.actions),
    permissions: new Set(row.permissions),
    units: row.unit === null ? null : (trees.get(row.unit) ?? new Set()),
  }
}

/** Each unit with all below it. `union` ends even where the rows had a cycle. */
async function loadTrees(
  knex: Knex,
  tenant: string,
  held: readonly HeldRow[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const roots = [...new Set(held.flatMap(({ unit }) => (unit === null ? [] : [unit])))]
  const trees = new Map<string, Set<string>>()
  if (roots.length === 0) return trees
  const { rows } = await knex.raw<{ rows: { root: string; id: string }[] }>(
    `with recursive below as (
       select id as root, id from units where tenant = :tenant and id = any(:roots)
       union
       select b.root, u.id from below b join units u on u.tenant = :tenant and u.parent = b.id)
     select root, id from below`,
    { tenant, roots },
  )
  for (const { root, id } of rows) {
    const tree = trees.get(root)
    if (tree === undefined) trees.set(root, new Set([id]))
    else tree.add(id)
  }
  return trees
}
