import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { instantText } from '../calls/instant.ts'
import { REFOLDED_AT_ONCE, refold } from '../scans/refold.ts'
import type { Status } from '../scans/status.ts'
import type { Meaning } from './carrier-pack.ts'
import { allPacks } from './packs-of.ts'

/** What one call may take of its time; the rest goes on as a job. */
const ROOM_MS = 1500
const MOST_CODES = 200

/** Words that nobody has mapped, those that are met most first. Their scans are kept and move no state. */
export async function unmapped(input: { readonly limit?: number }, ctx: Context) {
  const { limit = 50 } = input
  const { rows } = await ctx.db.query<UnmappedRow>(
    `select pack, code, count(*)::integer as scans, count(distinct parcel)::integer as parcels, min(known_at_ms) as first_at,
            max(known_at_ms) as last_at, (array_agg(distinct left(text, 200)) filter (where text <> ''))[1:3] as samples
       from scans where status is null group by pack, code order by 3 desc, 1, 2 limit $1`,
    [limit],
  )
  return {
    items: rows.map(({ pack, code, scans, parcels, first_at, last_at, samples }) => ({
      ...{ pack, code, scans, parcels },
      firstAt: instantText(Number(first_at)),
      lastAt: instantText(Number(last_at)),
      samples: samples ?? [],
    })),
  }
}

interface UnmappedRow {
  readonly pack: string
  readonly code: string
  readonly scans: number
  readonly parcels: number
  readonly first_at: string | number
  readonly last_at: string | number
  readonly samples: readonly string[] | null
}

export interface MappingWish {
  readonly pack: string
  readonly code: string
  readonly status: Status
  readonly reason?: string
  readonly corrects?: Status
}

/** Says what a word means from now on, and for all scans that are kept: their parcels are folded again. */
export async function setMapping(wish: MappingWish, ctx: Context) {
  const { pack, code, status, reason, corrects } = wish
  if (!(await allPacks(ctx)).has(pack)) {
    throw new Refusal('PACK_UNKNOWN', `No enabled plugin says how ${pack} writes: enable one.`)
  }
  await ctx.db.query(
    `insert into mappings (tenant, pack, code, status, reason, corrects, set_by, set_at_ms) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant, pack, code) do update set status = excluded.status, reason = excluded.reason, corrects = excluded.corrects,
       set_by = excluded.set_by, set_at_ms = excluded.set_at_ms`,
    [
      ...[ctx.tenant, pack, code, status, reason ?? null],
      ...[corrects ?? null, actorOf(ctx), ctx.now()],
    ],
  )
  const meaning = { status, ...(reason ? { reason } : {}), ...(corrects ? { corrects } : {}) }
  const { parcels, done } = await applyMeaning(ctx, pack, code, meaning)
  if (!done) await ctx.jobs.schedule('apply-mapping', { afterMs: 0, key: 'unmapped' })
  return { ...wish, parcels, done }
}

export async function listMappings(
  { pack = null, limit = MOST_CODES }: { readonly pack?: string | null; readonly limit?: number },
  ctx: Context,
) {
  const { rows } = await ctx.db.query<MappingRow>(
    `select pack, code, status, reason, corrects, set_by, set_at_ms from mappings where ($1::text is null or pack = $1)
      order by pack, code limit $2`,
    [pack, limit],
  )
  return {
    items: rows.map(({ reason, corrects, set_by, set_at_ms, ...rest }) => ({
      ...rest,
      ...(reason === null ? {} : { reason }),
      ...(corrects === null ? {} : { corrects }),
      setBy: set_by,
      setAt: instantText(Number(set_at_ms)),
    })),
  }
}

interface MappingRow {
  readonly pack: string
  readonly code: string
  readonly status: Status
  readonly reason: string | null
  readonly corrects: Status | null
  readonly set_by: string
  readonly set_at_ms: string | number
}

/**
 * Reads kept scans by what is known now: what a mapping had no time for, and words that a newer pack or another plugin knows.
 */
export async function applyMappings(ctx: Context): Promise<void> {
  const { rows: set } = await ctx.db.query<MappingRow>(
    'select pack, code, status, reason, corrects, set_by, set_at_ms from mappings order by set_at_ms desc limit 1000',
  )
  for (const { pack, code, status, reason, corrects } of set) {
    const meaning = { status, ...(reason ? { reason } : {}), ...(corrects ? { corrects } : {}) }
    if (!(await applyMeaning(ctx, pack, code, meaning)).done) return goOn(ctx)
  }
  const packs = await allPacks(ctx)
  const { items } = await unmapped({ limit: MOST_CODES }, ctx)
  for (const { pack, code } of items) {
    const codes = packs.get(pack)?.codes ?? {}
    const meaning = Object.hasOwn(codes, code) ? codes[code] : undefined
    if (meaning === undefined) continue
    if (!(await applyMeaning(ctx, pack, code, meaning)).done) return goOn(ctx)
  }
}

async function goOn(ctx: Context): Promise<void> {
  await ctx.jobs.schedule('apply-mapping', { afterMs: 1000, key: 'unmapped' })
}

async function applyMeaning(
  ctx: Context,
  pack: string,
  code: string,
  { status, reason = null, corrects = null }: { [Key in keyof Meaning]: Meaning[Key] | null },
): Promise<{ readonly parcels: number; readonly done: boolean }> {
  const parameters = [pack, code, status, reason, corrects]
  const differs = `pack = $1 and code = $2 and (status, reason, corrects) is distinct from ($3::text, coalesce($4::text, reason), $5::text)`
  let parcels = 0
  for (;;) {
    if (ctx.signal.aborted || ctx.now() > ctx.deadline - ROOM_MS) return { parcels, done: false }
    const { rows } = await ctx.db.query<{ parcel: string }>(
      `select distinct parcel from scans where ${differs} order by parcel limit ${REFOLDED_AT_ONCE}`,
      parameters,
    )
    if (rows.length === 0) return { parcels, done: true }
    const names = rows.map(({ parcel }) => parcel)
    await refold(ctx, names, {
      apply: (scan) => {
        if (scan.pack !== pack || scan.code !== code) return scan
        const { reason: was, corrects: _, ...rest } = scan
        const why = reason ?? was
        const more = { ...(why ? { reason: why } : {}), ...(corrects ? { corrects } : {}) }
        return { ...rest, status, ...more }
      },
      statement: (list) => ({
        sql: `update scans set status = $3, reason = coalesce($4, reason), corrects = $5 where parcel = any($6::text[]) and ${differs}`,
        parameters: [...parameters, list],
      }),
    })
    parcels += names.length
  }
}
