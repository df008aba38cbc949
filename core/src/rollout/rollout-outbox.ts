import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'

/** What the host wrote of rollouts, in the transactions of the moves; see changeOf in rollout-service.ts. */
export interface RolloutNote {
  readonly id: string
  readonly type: string
  /** The id of the rollout. */
  readonly subject: string
  readonly at: Date
  readonly data: Readonly<Record<string, unknown>>
}

/** The parts of `data` that a move has; those of a host before this one may lack the last ones. */
export interface MoveData {
  readonly plugin: string
  readonly from: string
  readonly to: string
  readonly state: { readonly before: string; readonly after: string }
  readonly step: number
  readonly weightBp: number
  readonly actor: string
  readonly reasons: Localized
  readonly generation: number
  readonly kind?: string
  /** Of a document: its id, and whose it is. */
  readonly document?: string | null
  readonly tenant?: string | null
  /** The tenant whose word or service the step waited for, which the reason may name. */
  readonly asked?: string | null
}

/** Which notes: of these types, or all; and what else they must be. */
interface NotesWanted {
  readonly types?: readonly string[]
  readonly only?: (query: Knex.QueryBuilder) => void
}

/**
 * In the order of generations, which is that of commits; the sequence of the outbox is not. Of one generation,
 * a group's, all or none are given, so that `after` never cuts one in two: at most a group more than asked for.
 */
export async function rolloutNotesAfter(
  knex: Knex,
  after: number,
  limit: number,
  { types, only }: NotesWanted = {},
): Promise<RolloutNote[]> {
  const query = () => {
    const notes = knex('outbox_events')
      .where('type', 'like', 'signalbox.rollout.%')
      .select('id', 'type', 'subject', 'at', 'data')
    if (types !== undefined) notes.whereIn('type', types)
    only?.(notes)
    return notes
  }
  const rows: RolloutNote[] = await query()
    .whereRaw("(data->>'generation')::bigint > ?", [after])
    .orderByRaw("(data->>'generation')::bigint, sequence")
    .limit(limit)
  const last = rows.at(-1)?.data['generation']
  if (rows.length === limit && last !== undefined) {
    const cut: RolloutNote[] = await query()
      .whereRaw("(data->>'generation')::bigint = ?", [last as number])
      .orderBy('sequence')
    const known = new Set(rows.map(({ id }) => id))
    rows.push(...cut.filter(({ id }) => !known.has(id)))
  }
  return rows
}
