import type { Knex } from 'knex'
import type { BlobObject } from './blob-chunks.ts'
import type { BlobOwner } from './blob-owner.ts'

export interface BlobHead {
  readonly sha256: string
  readonly size: number
  readonly type: string
}

export interface StoredBlob extends BlobHead, BlobObject {
  readonly createdAt: string
}

export interface Upload extends BlobObject {
  readonly id: string
  readonly type: string
}

export interface BlobUsage {
  /** Of blobs and of open uploads: what the quota is about. */
  readonly bytes: number
  readonly writtenBytes: number
  readonly readBytes: number
}

/** Makes the owner's row where it is missing and holds it until the transaction ends. @returns its bytes */
export async function lockUsage(trx: Knex.Transaction, owner: BlobOwner): Promise<number> {
  const rows = await trx('blob_usage')
    .insert({ ...owner })
    .onConflict(['tenant', 'plugin'])
    .merge({ bytes: trx.raw('blob_usage.bytes') })
    .returning('bytes')
  return Number(rows[0].bytes)
}

/** @param written of these, what came in: a meter, never taken back */
export async function addUsage(
  trx: Knex.Transaction,
  owner: BlobOwner,
  bytes: number,
  written = 0,
): Promise<void> {
  await trx('blob_usage')
    .where({ ...owner })
    .increment({ bytes, written_bytes: written })
}

export async function addRead(knex: Knex, owner: BlobOwner, bytes: number): Promise<void> {
  await knex('blob_usage')
    .where({ ...owner })
    .increment('read_bytes', bytes)
}

export async function findUsage(knex: Knex, { tenant, plugin }: BlobOwner): Promise<BlobUsage> {
  const row = await knex('blob_usage').where({ tenant, plugin }).first()
  return {
    bytes: Number(row?.bytes ?? 0),
    writtenBytes: Number(row?.written_bytes ?? 0),
    readBytes: Number(row?.read_bytes ?? 0),
  }
}

export async function findBlob(
  knex: Knex,
  { tenant, plugin }: BlobOwner,
  sha256: string,
): Promise<StoredBlob | undefined> {
  const row = await knex('blobs').where({ tenant, plugin, sha256 }).first()
  return row === undefined ? undefined : blobOf(row)
}

/** Those of the names that there are. */
export async function findBlobs(
  knex: Knex,
  { tenant, plugin }: BlobOwner,
  names: readonly string[],
): Promise<ReadonlyMap<string, StoredBlob>> {
  const rows = await knex('blobs').where({ tenant, plugin }).whereIn('sha256', names)
  return new Map(rows.map(blobOf).map((blob) => [blob.sha256, blob]))
}

/** @param page after the name that the cursor is, in the order of names */
export async function listBlobs(
  knex: Knex,
  { tenant, plugin }: BlobOwner,
  { cursor = '', limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<StoredBlob[]> {
  const rows = await knex('blobs')
    .where({ tenant, plugin })
    .where('sha256', '>', cursor)
    .orderBy('sha256')
    .limit(limit)
  return rows.map(blobOf)
}

export async function insertBlob(
  trx: Knex.Transaction,
  owner: BlobOwner,
  { sha256, size, type, object }: BlobHead & BlobObject,
): Promise<void> {
  await trx('blobs').insert({ ...owner, sha256, size, type, object })
}

export async function setType(
  trx: Knex.Transaction,
  owner: BlobOwner,
  { sha256, type }: Pick<BlobHead, 'sha256' | 'type'>,
): Promise<void> {
  await trx('blobs')
    .where({ ...owner, sha256 })
    .update({ type })
}

/** @returns what it was made of; undefined: there was none */
export async function takeBlob(
  trx: Knex.Transaction,
  owner: BlobOwner,
  sha256: string,
): Promise<BlobObject | undefined> {
  const rows = await trx('blobs')
    .where({ ...owner, sha256 })
    .delete(['object', 'size'])
  return rows[0] === undefined ? undefined : objectOf(rows[0])
}

export async function insertUpload(
  trx: Knex.Transaction,
  owner: BlobOwner,
  { id, type, object, size }: Upload,
  expiresAt: Date,
  isSealed = false,
): Promise<void> {
  const row = { id, type, object, size, is_sealed: isSealed, expires_at: expiresAt }
  await trx('blob_uploads').insert({ ...owner, ...row })
}

/** Those that may be added to: what is sealed belongs to a call that is making a blob of it. */
export async function countUploads(trx: Knex.Transaction, owner: BlobOwner): Promise<number> {
  const rows = await trx('blob_uploads')
    .where({ ...owner, is_sealed: false })
    .count({ count: '*' })
  return Number(rows[0]?.count)
}

/** An upload that more may be added to, held until the transaction ends. */
export async function lockUpload(
  trx: Knex.Transaction,
  owner: BlobOwner,
  id: string,
  now: Date,
): Promise<Upload | undefined> {
  const row = await trx('blob_uploads')
    .where({ ...owner, id, is_sealed: false })
    .where('expires_at', '>', now)
    .forUpdate()
    .first()
  return row === undefined ? undefined : { id, type: row.type, ...objectOf(row) }
}

export async function growUpload(
  trx: Knex.Transaction,
  id: string,
  size: number,
  expiresAt: Date,
): Promise<void> {
  await trx('blob_uploads').where({ id }).update({ size, expires_at: expiresAt })
}

/** From now on nothing is added to it. To seal it again is harmless: a finish that was cut off is done again. */
export async function sealUpload(
  knex: Knex,
  owner: BlobOwner,
  id: string,
  now: Date,
): Promise<Upload | undefined> {
  const rows = await knex('blob_uploads')
    .where({ ...owner, id })
    .where('expires_at', '>', now)
    .update({ is_sealed: true })
    .returning(['type', 'object', 'size'])
  return rows[0] === undefined ? undefined : { id, type: rows[0].type, ...objectOf(rows[0]) }
}

/** @param expiredBy undefined: also one that is fresh */
export async function takeUpload(
  trx: Knex.Transaction,
  owner: BlobOwner,
  id: string,
  expiredBy?: Date,
): Promise<BlobObject | undefined> {
  const query = trx('blob_uploads').where({ ...owner, id })
  if (expiredBy !== undefined) query.where('expires_at', '<=', expiredBy)
  const rows = await query.delete(['object', 'size'])
  return rows[0] === undefined ? undefined : objectOf(rows[0])
}

export async function listExpired(
  knex: Knex,
  now: Date,
  limit: number,
): Promise<readonly (BlobOwner & { readonly id: string })[]> {
  return knex('blob_uploads')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .select('tenant', 'plugin', 'id')
}

export async function insertGarbage(
  trx: Knex.Transaction,
  object: string,
  since: Date,
): Promise<void> {
  await trx('blob_garbage').insert({ object, since })
}

export async function listGarbage(
  knex: Knex,
  before: Date,
  limit: number,
): Promise<readonly string[]> {
  return knex('blob_garbage')
    .where('since', '<=', before)
    .orderBy('since')
    .limit(limit)
    .pluck('object')
}

/** Its bytes are needed for now: it is looked at again later. */
export async function postponeGarbage(knex: Knex, object: string, since: Date): Promise<void> {
  await knex('blob_garbage').where({ object }).update({ since })
}

export async function deleteGarbage(knex: Knex, object: string): Promise<void> {
  await knex('blob_garbage').where({ object }).delete()
}

function objectOf(row: { object: string; size: string }): BlobObject {
  return { object: row.object, size: Number(row.size) }
}

function blobOf(row: Record<string, unknown>): StoredBlob {
  return {
    ...objectOf(row as { object: string; size: string }),
    sha256: row.sha256 as string,
    type: row.type as string,
    createdAt: (row.created_at as Date).toISOString(),
  }
}
