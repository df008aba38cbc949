import type { Context } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { decodeBase64, encodeBase64 } from '../stored-files/base64.ts'
import { requireInspection } from './decision-store.ts'
import type { Result } from './result.ts'

interface PhotoInput {
  readonly inspection: string
  /** In base64. */
  readonly content: string
  readonly type: string
}

/** Keeps a photo, so that results may name it. The same picture again is the same photo. */
async function addPhoto({ inspection, content, type }: PhotoInput, ctx: Context) {
  const { rows } = await ctx.db.query('select from inspections where inspection = $1', [inspection])
  requireInspection(rows, inspection)
  const bytes = decodeBase64(content)
  if (bytes === undefined || bytes.length === 0) {
    throw new Refusal('PHOTO_INVALID', '`content` is not base64 of a picture.')
  }
  return { photo: (await ctx.blobs.put(bytes, { type })).sha256 }
}

/** A photo that a result of the inspection names; no other file of the plugin. @throws PHOTO_UNKNOWN */
async function photo(
  { inspection, photo: id }: { readonly inspection: string; readonly photo: string },
  ctx: Context,
) {
  const { rows } = await ctx.db.query(
    'select from measurements where inspection = $1 and photos @> $2::jsonb limit 1',
    [inspection, JSON.stringify([id])],
  )
  const head = rows.length === 0 ? null : await ctx.blobs.stat(id)
  if (head === null) throw photoUnknown(id)
  return { type: head.type, content: encodeBase64(await ctx.blobs.get(id)) }
}

/** Of the photos that results name, those that are there. */
export async function keptPhotos(
  results: readonly Result[],
  { blobs }: Pick<Context, 'blobs'>,
): Promise<ReadonlySet<string>> {
  const named = [...new Set(results.flatMap(({ photos = [] }) => photos))]
  const heads = await Promise.all(named.map((id) => blobs.stat(id)))
  return new Set(named.filter((_, index) => heads[index] !== null))
}

/** @throws PHOTO_UNKNOWN */
export function requirePhotos({ photos = [] }: Result, kept: ReadonlySet<string>): void {
  const missing = photos.find((id) => !kept.has(id))
  if (missing !== undefined) throw photoUnknown(missing)
}

function photoUnknown(id: string): Refusal {
  return new Refusal('PHOTO_UNKNOWN', `There is no photo ${id}: send it first by addPhoto.`)
}

export const photoOperations = { addPhoto, photo }
