import type { Knex } from 'knex'
import { undecidedStates, type VersionState, visibleStates } from '../review/version-states.ts'

/** Reads of package_versions and publisher_scopes what says where a version comes from. */

export interface VersionOrigin {
  /** The marketplace's name on this host; null: it was published here. */
  readonly from: string | null
  readonly standing: 'shown' | 'undecided' | 'rejected' | 'withdrawn'
}

export async function findOrigin(
  knex: Knex,
  name: string,
  version: string,
): Promise<VersionOrigin | undefined> {
  const row = await knex('package_versions')
    .where({ name, version })
    .first('state', 'mirrored_from')
  if (row === undefined) return undefined
  return { from: row.mirrored_from, standing: standingOf(row.state) }
}

function standingOf(state: VersionState): VersionOrigin['standing'] {
  if (visibleStates.includes(state)) return 'shown'
  if (state === 'rejected') return 'rejected'
  return undecidedStates.includes(state) ? 'undecided' : 'withdrawn'
}

/** Whether a publisher holds the scope, or anything of it was published here, whatever became of it. */
export async function isScopeOwn(knex: Knex, scope: string): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: readonly { found: boolean }[] }>(
    `select exists (select from publisher_scopes where scope = :scope)
         or exists (select from package_versions
                     where mirrored_from is null and name ^@ :beginning) as found`,
    { scope, beginning: `${scope}/` },
  )
  return rows[0]?.found === true
}

/** From whichever marketplace. */
export async function listMirroredVersions(knex: Knex, name: string): Promise<readonly string[]> {
  return knex('package_versions').where({ name }).whereNotNull('mirrored_from').pluck('version')
}

/** Of those, what was yanked or blocked, here or where it comes from. */
export async function listWithdrawn(knex: Knex, name: string): Promise<readonly string[]> {
  const states: readonly VersionState[] = ['yanked', 'blocked']
  return knex('package_versions')
    .where({ name })
    .whereNotNull('mirrored_from')
    .whereIn('state', states)
    .pluck('version')
}

export interface MirroredStanding {
  readonly version: string
  readonly state: VersionState
  readonly deprecation: string | null
  readonly by: string | null
}

export async function listMirrored(
  knex: Knex,
  name: string,
  marketplace: string,
): Promise<readonly MirroredStanding[]> {
  return knex('package_versions')
    .where({ name, mirrored_from: marketplace })
    .orderBy('version')
    .select('version', 'state', 'deprecation', { by: 'state_by' })
}

export async function setMirrored(
  trx: Knex.Transaction,
  { name, version }: { readonly name: string; readonly version: string },
  marketplace: string,
  at: Date,
): Promise<void> {
  await trx('package_versions')
    .where({ name, version })
    .update({ mirrored_from: marketplace, mirrored_at: at })
}
