import type { Knex } from 'knex'
import type { Sealed } from '../sealing/sealer.ts'
import { type DueQuestion, msUntil } from '../storage/due-watch.ts'
import type { MarketplaceState } from './marketplace-states.ts'

/** The only place with SQL for marketplaces and marketplace_keys. */

export interface Marketplace {
  readonly name: string
  /** Of its registry, without a slash at the end; null: it is reached by files alone. */
  readonly url: string | null
  readonly state: MarketplaceState
  /** Its own name for itself, as installed versions carry it; null: nothing of it has come yet. */
  readonly fingerprint: string | null
  readonly allow: readonly string[]
  readonly minimumAgeHours: number
  readonly token: Sealed | null
  readonly addedBy: string
  readonly addedAt: Date
  readonly confirmedBy: string | null
  readonly confirmedAt: Date | null
  /** When it signed the newest of its words that were taken. */
  readonly toldAt: Date | null
  readonly lookedAt: Date | null
  readonly failingSince: Date | null
  readonly failures: number
  readonly failure: string | null
}

export interface MarketplaceKey {
  readonly keyid: string
  /** SubjectPublicKeyInfo, DER, base64; null: the operator named the key, and it has not come yet. */
  readonly publicKey: string | null
  readonly isPinned: boolean
}

const columns = {
  name: 'name',
  url: 'url',
  state: 'state',
  fingerprint: 'fingerprint',
  allow: 'allow',
  minimumAgeHours: 'minimum_age_hours',
  dataKey: 'token_data_key',
  sealed: 'token_sealed',
  addedBy: 'added_by',
  addedAt: 'added_at',
  confirmedBy: 'confirmed_by',
  confirmedAt: 'confirmed_at',
  toldAt: 'told_at',
  lookedAt: 'looked_at',
  failingSince: 'failing_since',
  failures: 'failures',
  failure: 'failure',
} as const

type Row = Omit<Marketplace, 'token'> & {
  readonly dataKey: string | null
  readonly sealed: Buffer | null
}

/** Those that were not removed, by name. */
export async function listMarketplaces(
  knex: Knex,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<readonly Marketplace[]> {
  const query = knex('marketplaces').whereNot({ state: 'removed' }).orderBy('name')
  const from = page.cursor === undefined ? query : query.where('name', '>', page.cursor)
  const rows: Row[] = await from.limit(page.limit).select(columns)
  return rows.map(marketplaceOf)
}

export async function countMarketplaces(knex: Knex): Promise<number> {
  const [row] = await knex('marketplaces').count<{ count: string }[]>('* as count')
  return Number(row?.count)
}

/** Removed ones too. */
export async function findMarketplace(knex: Knex, name: string): Promise<Marketplace | undefined> {
  const row: Row | undefined = await knex('marketplaces').where({ name }).first(columns)
  return row === undefined ? undefined : marketplaceOf(row)
}

/** Removed ones too: whose fingerprint it was stays known. */
export async function findByFingerprint(
  knex: Knex,
  fingerprint: string,
): Promise<Marketplace | undefined> {
  const row: Row | undefined = await knex('marketplaces').where({ fingerprint }).first(columns)
  return row === undefined ? undefined : marketplaceOf(row)
}

/** Locked until the transaction ends. */
export async function lockMarketplace(
  trx: Knex.Transaction,
  name: string,
): Promise<Marketplace | undefined> {
  const row: Row | undefined = await trx('marketplaces').where({ name }).forUpdate().first(columns)
  return row === undefined ? undefined : marketplaceOf(row)
}

export type Terms = Pick<Marketplace, 'url' | 'allow' | 'minimumAgeHours' | 'token'>

/** @returns false where the name or the fingerprint is taken */
export async function insertMarketplace(
  trx: Knex.Transaction,
  given: Terms & Pick<Marketplace, 'name' | 'fingerprint' | 'addedBy' | 'addedAt'>,
): Promise<boolean> {
  const inserted = await trx('marketplaces')
    .insert({
      name: given.name,
      state: 'unconfirmed',
      fingerprint: given.fingerprint,
      ...termColumns(given),
      added_by: given.addedBy,
      added_at: given.addedAt,
      next_look_at: given.addedAt,
    })
    .onConflict()
    .ignore()
    .returning('name')
  return inserted.length === 1
}

export async function setTerms(
  trx: Knex.Transaction,
  name: string,
  terms: Partial<Terms>,
): Promise<void> {
  await trx('marketplaces').where({ name }).update(termColumns(terms))
}

export async function setState(
  trx: Knex.Transaction,
  name: string,
  state: MarketplaceState,
): Promise<void> {
  await trx('marketplaces').where({ name }).update({ state })
}

export async function setConfirmed(
  trx: Knex.Transaction,
  name: string,
  by: string,
  at: Date,
): Promise<void> {
  const confirmed = { state: 'active', confirmed_by: by, confirmed_at: at, next_look_at: at }
  await trx('marketplaces').where({ name }).update(confirmed)
}

/** Once: what it is called by is never another. @returns false where it, or another marketplace, has a fingerprint already */
export async function setFingerprint(
  trx: Knex.Transaction,
  name: string,
  fingerprint: string,
): Promise<boolean> {
  if ((await findByFingerprint(trx, fingerprint)) !== undefined) return false
  const changed = await trx('marketplaces')
    .where({ name })
    .whereNull('fingerprint')
    .update({ fingerprint })
  return changed === 1
}

/** @returns false where it said something newer before */
export async function setToldAt(trx: Knex.Transaction, name: string, at: Date): Promise<boolean> {
  const changed = await trx('marketplaces')
    .where({ name })
    .whereRaw('(told_at is null or told_at <= ?)', [at])
    .update({ told_at: at })
  return changed === 1
}

export async function listKeys(knex: Knex, marketplace: string): Promise<MarketplaceKey[]> {
  return knex('marketplace_keys')
    .where({ marketplace })
    .orderBy('keyid')
    .select('keyid', { publicKey: 'public_key', isPinned: 'is_pinned' })
}

/** What is offered anew replaces what was only offered before; a pinned key stays pinned. */
export async function putKeys(
  trx: Knex.Transaction,
  marketplace: string,
  keys: readonly MarketplaceKey[],
  at: Date,
): Promise<void> {
  await trx('marketplace_keys').where({ marketplace, is_pinned: false }).delete()
  for (const { keyid, publicKey, isPinned } of keys) {
    const row = { marketplace, keyid, public_key: publicKey, is_pinned: isPinned, seen_at: at }
    await trx('marketplace_keys')
      .insert(row)
      .onConflict(['marketplace', 'keyid'])
      .merge({
        seen_at: at,
        public_key: publicKey,
        is_pinned: trx.raw('marketplace_keys.is_pinned or ?', [isPinned]),
      })
  }
}

/** These are believed from now on, and no other. */
export async function pinKeys(
  trx: Knex.Transaction,
  marketplace: string,
  keyids: readonly string[],
): Promise<void> {
  await trx('marketplace_keys')
    .where({ marketplace })
    .update({ is_pinned: trx.raw('keyid = any(?)', [[...keyids]]) })
}

/** When the next look is due, by PostgreSQL's clock. */
export const dueLook: DueQuestion = {
  sql: `select ${msUntil('min(next_look_at)')} from marketplaces
         where state = 'active' and url is not null`,
}

/** One that is to be looked at by now, for this node alone for so long. */
export async function claimLook(knex: Knex, forMs: number): Promise<Marketplace | undefined> {
  const due = knex('marketplaces')
    .where({ state: 'active' })
    .whereNotNull('url')
    .whereRaw('next_look_at <= clock_timestamp()')
    .orderBy('next_look_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .select('name')
  const until = knex.raw(`clock_timestamp() + ? * interval '1 millisecond'`, [forMs])
  const [claimed]: { name: string }[] = await knex('marketplaces')
    .whereIn('name', due)
    .update({ next_look_at: until })
    .returning('name')
  return claimed === undefined ? undefined : findMarketplace(knex, claimed.name)
}

/** While a look goes on no other begins; what is due later stays so. */
export async function holdLook(knex: Knex, name: string, forMs: number): Promise<void> {
  const until = `greatest(next_look_at, clock_timestamp() + ? * interval '1 millisecond')`
  await knex('marketplaces')
    .where({ name })
    .update({ next_look_at: knex.raw(until, [forMs]) })
}

export async function setLooked(
  knex: Knex,
  name: string,
  looked: { readonly at: Date; readonly nextInMs: number; readonly failure: string | null },
): Promise<void> {
  const { at, nextInMs, failure } = looked
  const next = knex.raw(`clock_timestamp() + ? * interval '1 millisecond'`, [nextInMs])
  const health =
    failure === null
      ? { failing_since: null, failures: 0, failure: null, looked_at: at }
      : {
          failing_since: knex.raw('coalesce(failing_since, ?::timestamptz)', [at]),
          failures: knex.raw('failures + 1'),
          failure,
        }
  await knex('marketplaces')
    .where({ name })
    .update({ ...health, next_look_at: next })
}

function termColumns({ url, allow, minimumAgeHours, token }: Partial<Terms>) {
  return {
    ...(url === undefined ? {} : { url }),
    ...(allow === undefined ? {} : { allow: [...allow] }),
    ...(minimumAgeHours === undefined ? {} : { minimum_age_hours: minimumAgeHours }),
    ...(token === undefined
      ? {}
      : { token_data_key: token?.dataKey ?? null, token_sealed: token?.sealed ?? null }),
  }
}

function marketplaceOf({ dataKey, sealed, ...rest }: Row): Marketplace {
  return { ...rest, token: dataKey === null || sealed === null ? null : { dataKey, sealed } }
}
