import type { Knex } from 'knex'
import type { RehearsalReport } from '../../broker/db/rehearsal/rehearse.ts'

/** The two versions that a rehearsal lies between. */
export interface VersionPair {
  readonly plugin: string
  readonly from: string
  readonly to: string
}

/** `unneeded`: the newer version brings no step. `refused`: not without an admin's written word. */
export type RehearsalVerdict = 'unneeded' | 'reversible' | 'refused'

export interface Override {
  readonly reason: string
  readonly by: string
  readonly at: string
}

export interface Rehearsal extends VersionPair {
  readonly verdict: RehearsalVerdict
  readonly digest: string
  readonly report: RehearsalReport
  readonly rehearsedAt: string
  readonly override: Override | null
}

export async function findRehearsal(
  knex: Knex,
  { plugin, from, to }: VersionPair,
): Promise<Rehearsal | undefined> {
  const row = await knex('rehearsals').where({ plugin, from_version: from, to_version: to }).first()
  return row === undefined ? undefined : rehearsalOf(row)
}

/** A later rehearsal replaces the earlier; what an admin wrote about other texts does not count for these. */
export async function putRehearsal(
  knex: Knex,
  pair: VersionPair,
  found: Pick<Rehearsal, 'verdict' | 'digest' | 'report'>,
): Promise<void> {
  const { verdict, digest, report } = found
  const kept = (column: string) =>
    knex.raw('case when rehearsals.digest = excluded.digest then rehearsals.?? end', [column])
  await knex('rehearsals')
    .insert({
      plugin: pair.plugin,
      from_version: pair.from,
      to_version: pair.to,
      verdict,
      digest,
      report: JSON.stringify(report),
      rehearsed_at: knex.fn.now(),
    })
    .onConflict(['plugin', 'from_version', 'to_version'])
    .merge({
      verdict,
      digest,
      report: JSON.stringify(report),
      rehearsed_at: knex.fn.now(),
      override_reason: kept('override_reason'),
      overridden_by: kept('overridden_by'),
      overridden_at: kept('overridden_at'),
    })
}

/** @returns false where nothing was rehearsed between the two */
export async function overrideRehearsal(
  trx: Knex.Transaction,
  { plugin, from, to }: VersionPair,
  { reason, by }: Omit<Override, 'at'>,
): Promise<boolean> {
  const changed = await trx('rehearsals')
    .where({ plugin, from_version: from, to_version: to })
    .update({ override_reason: reason, overridden_by: by, overridden_at: trx.fn.now() })
  return changed === 1
}

/** Rollouts that wait for their start and between whose versions nothing was rehearsed yet. */
export async function listUnrehearsed(knex: Knex): Promise<VersionPair[]> {
  return knex('rollouts as r')
    .leftJoin('rehearsals as h', (join) => {
      join
        .on('h.plugin', 'r.plugin')
        .andOn('h.from_version', 'r.from_version')
        .andOn('h.to_version', 'r.to_version')
    })
    .where({ 'r.state': 'ready', 'r.kind': 'plugin' })
    .whereNull('h.plugin')
    .orderBy('r.created_at')
    .limit(20)
    .select('r.plugin', 'r.from_version as from', 'r.to_version as to')
}

function rehearsalOf(row: Record<string, unknown>): Rehearsal {
  const at = row.overridden_at as Date | null
  const override =
    at === null
      ? null
      : {
          reason: row.override_reason as string,
          by: row.overridden_by as string,
          at: at.toISOString(),
        }
  return {
    plugin: row.plugin as string,
    from: row.from_version as string,
    to: row.to_version as string,
    verdict: row.verdict as RehearsalVerdict,
    digest: row.digest as string,
    report: row.report as RehearsalReport,
    rehearsedAt: (row.rehearsed_at as Date).toISOString(),
    override,
  }
}
