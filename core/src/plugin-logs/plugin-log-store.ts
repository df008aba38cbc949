import type { LogLevel } from '@signalbox/sandbox'
import type { Knex } from 'knex'
import { type LogLine, logLevels } from './log-line.ts'

/** A line as it is read; `sequence` is the cursor. */
export interface ListedLine extends Omit<LogLine, 'at' | 'fieldsJson' | 'tenant' | 'plugin'> {
  readonly sequence: string
  readonly at: string
  readonly fields: unknown
}

export interface LogFilter {
  readonly tenant: string
  readonly plugin: string
  readonly level?: LogLevel | undefined
  readonly version?: string | undefined
  readonly words?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}

/**
 * One statement, whatever the number of lines. Its commit waits for no disk: a PostgreSQL that is killed loses the lines of its
 * last moments, which nobody was promised.
 */
export async function insertLines(knex: Knex, lines: readonly LogLine[]): Promise<void> {
  if (lines.length === 0) return
  const column = (of: (line: LogLine) => unknown) => lines.map(of) as string[]
  await knex.raw(
    `with fast as materialized (select set_config('synchronous_commit', 'off', true) as is_fast)
     insert into plugin_logs (tenant, plugin, at, level, message, fields, cut, version, arm, trace_id, kind, name,
                              invocation, missed)
     select l.* from fast, unnest(?::text[], ?::text[], ?::timestamptz[], ?::smallint[], ?::text[], ?::text[], ?::int[],
                           ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int[]) as l`,
    [
      column(({ tenant }) => tenant),
      column(({ plugin }) => plugin),
      column(({ at }) => new Date(at).toISOString()),
      column(({ level }) => logLevels.indexOf(level)),
      column(({ message }) => message),
      column(({ fieldsJson }) => fieldsJson),
      column(({ cut }) => cut),
      column(({ version }) => version),
      column(({ arm }) => arm),
      column(({ traceId }) => traceId),
      column(({ kind }) => kind),
      column(({ name }) => name),
      column(({ invocation }) => invocation),
      column(({ missed }) => missed),
    ],
  )
}

/** Newest first. A filter by words or version passes over gaps, which have neither. */
export async function listLines(knex: Knex, filter: LogFilter): Promise<ListedLine[]> {
  const { tenant, plugin, level, version, words, before, limit } = filter
  const query = knex('plugin_logs as l')
    .where({ tenant, plugin })
    .orderBy('sequence', 'desc')
    .limit(limit)
    .select('l.*')
    // A recording may be gone before the lines that lead to it.
    .select(knex.raw('exists (select from invocations i where i.id = l.invocation) as is_kept'))
  if (level !== undefined) query.where('level', '>=', logLevels.indexOf(level))
  if (version !== undefined) query.where({ version })
  if (before !== undefined) query.where('sequence', '<', before)
  if (words !== undefined) {
    query
      .whereNull('missed')
      .whereRaw(
        `(strpos(lower(message), lower(?)) > 0 or strpos(lower(fields), lower(?)) > 0 or trace_id = ?)`,
        [words, words, words],
      )
  }
  return (await query).map(lineOf)
}

/** A bounded bite, so that no lock and no write-ahead log grows with what has gathered. */
export async function deleteLinesBefore(knex: Knex, instant: Date, limit: number): Promise<number> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `delete from plugin_logs l
      using (select tenant, plugin, sequence from plugin_logs where at < ? order by at limit ?) old
      where (l.tenant, l.plugin, l.sequence) = (old.tenant, old.plugin, old.sequence)`,
    [instant, limit],
  )
  return rowCount
}

/** Of a plugin in a tenant, all but the newest. */
export async function deleteLinesBeyond(
  knex: Knex,
  { tenant, plugin }: { tenant: string; plugin: string },
  kept: number,
): Promise<number> {
  const of = { tenant, plugin }
  const first = knex('plugin_logs').where(of).orderBy('sequence', 'desc').offset(kept).limit(1)
  return knex('plugin_logs').where(of).where('sequence', '<=', first.select('sequence')).delete()
}

function lineOf(row: Record<string, unknown>): ListedLine {
  const text = (column: string) => row[column] as string | null
  return {
    sequence: String(row.sequence),
    at: (row.at as Date).toISOString(),
    level: logLevels[row.level as number] ?? 'error',
    message: row.message as string,
    fields: row.fields === null ? null : JSON.parse(row.fields as string),
    cut: row.cut as number,
    version: text('version'),
    arm: row.arm as ListedLine['arm'],
    traceId: text('trace_id'),
    kind: text('kind'),
    name: text('name'),
    invocation: row.is_kept === true ? text('invocation') : null,
    missed: row.missed as number | null,
  }
}
