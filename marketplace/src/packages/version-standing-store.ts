import type { Knex } from 'knex'
import {
  chosenStates,
  undecidedStates,
  type VersionState,
  visibleStates,
} from '../review/version-states.ts'
import { keyRevokedAt } from '../trust/revoked-author-key-store.ts'

/** How versions of a package stand: what is shown, warned of, withdrawn. */

export interface ShownVersion {
  readonly version: string
  readonly deprecation: string | null
  readonly publishedAt: Date
}

/** The versions that a packument shows, without what is in them. */
export async function listShown(
  knex: Knex,
  name: string,
  states: readonly VersionState[] = visibleStates,
): Promise<readonly ShownVersion[]> {
  return knex('package_versions')
    .where({ name })
    .whereIn('state', states)
    .orderBy(['published_at', 'version'])
    .select('version', 'deprecation', { publishedAt: 'published_at' })
}

/** @param message null: anybody may use the version again. */
export async function setDeprecation(
  trx: Knex.Transaction,
  given: { name: string; version: string; message: string | null },
): Promise<void> {
  const { name, version, message } = given
  await trx('package_versions')
    .where({ name, version })
    .whereIn('state', chosenStates)
    .update({ deprecation: message, state: message === null ? 'published' : 'deprecated' })
}

/** Shown to nobody from now on; the bytes stay, and so does the number. Tags that led to them go. */
export async function withdrawVersions(
  trx: Knex.Transaction,
  given: { name: string; versions: readonly string[]; at: Date },
): Promise<void> {
  const { name, versions, at } = given
  await trx('dist_tags').where({ name }).whereIn('version', versions).delete()
  await trx('package_versions')
    .where({ name })
    .whereIn('version', versions)
    .update({ state: 'unpublished', unpublished_at: at })
}

/** @returns the Sigstore bundle of a shown version and what its statement is about. */
export async function findProvenance(
  knex: Knex,
  name: string,
  version: string,
): Promise<{ bundle: string; type: string } | undefined> {
  return knex('package_versions')
    .where({ name, version })
    .whereIn('state', visibleStates)
    .whereNotNull('provenance_type')
    .first<{ bundle: string; type: string } | undefined>({
      bundle: 'provenance',
      type: 'provenance_type',
    })
}

export interface Release {
  readonly version: string
  readonly publishedAt: Date
  readonly state: 'published' | 'deprecated' | 'yanked' | 'blocked'
  /** Why its publisher advises against it, or why it was withdrawn. */
  readonly reason: string | null
  /** Since when its author's key counts for nothing; null: it is good for it. */
  readonly keyRevokedAt: Date | null
}

/** What was let through, the newest first, withdrawn or not; at most 2000, which is all that a package may have. */
export async function listReleases(knex: Knex, name: string): Promise<readonly Release[]> {
  return knex('package_versions')
    .where({ name })
    .whereIn('state', ['published', 'deprecated', 'yanked', 'blocked'])
    .orderBy('published_at', 'desc')
    .limit(2000)
    .select('version', 'state', {
      publishedAt: 'published_at',
      keyRevokedAt: keyRevokedAt(knex),
      reason: knex.raw("case when state = 'deprecated' then deprecation else state_reason end"),
    })
}

/** Whether any version was ever let through, whatever became of it. */
export async function hasReleases(knex: Knex, name: string): Promise<boolean> {
  const found = await knex('package_versions')
    .where({ name })
    .whereNotIn('state', undecidedStates)
    .first('version')
  return found !== undefined
}

export interface VersionStanding {
  readonly state: VersionState
  readonly reason: string | null
  /** Who put it there; null: its publisher, by publishing it. */
  readonly by: string | null
  /** Why its publisher advises against it, in whatever state it is. */
  readonly deprecation: string | null
}

export async function findStanding(
  knex: Knex,
  name: string,
  version: string,
): Promise<VersionStanding | undefined> {
  return knex('package_versions')
    .where({ name, version })
    .first<VersionStanding | undefined>('state', 'deprecation', {
      reason: 'state_reason',
      by: 'state_by',
    })
}

/** @param at given where it is shown from now on for the first time */
export async function moveVersion(
  trx: Knex.Transaction,
  given: { name: string; version: string; at?: Date } & Omit<VersionStanding, 'deprecation'>,
): Promise<void> {
  const { name, version, state, reason, by, at } = given
  await trx('package_versions')
    .where({ name, version })
    .update({
      state,
      state_reason: reason,
      state_by: by,
      ...(at === undefined ? {} : { published_at: at }),
    })
}
