type TypedArray =
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/**
 * A text, which is written in UTF-8, or the bytes that a typed array shows. They are copied when the function is
 * called: what is changed later is not sent. Shared and resizable memory is refused with a TypeError.
 */
export type BlobData = string | TypedArray

export interface BlobHead {
  /** SHA-256 of the bytes, in lower-case hexadecimal: the blob's name. */
  readonly sha256: string
  /** In bytes. */
  readonly size: number
  /** Media type; `application/octet-stream` where none was given. */
  readonly type: string
}

export interface BlobPart {
  /** First byte; 0 when left out. */
  readonly offset?: number
  /** Bytes at most, up to 184,320 (180 KiB); fewer come only at the end. Left out: all the rest. */
  readonly length?: number
}

/**
 * What a blob is put together of: bytes that a blob of the plugin has (all from `offset` on, when `length` is left
 * out), or bytes of one's own, which go with the call: about 190 KB in all, more by `put` first.
 */
export type ComposePart =
  | BlobData
  | { readonly sha256: string; readonly offset?: number; readonly length?: number }

/** Digests of the new blob that the host finds on the way; SHA-256 is its name. */
export type ComposeDigest = 'sha384' | 'sha512' | 'sm3'

export interface ComposedBlob extends BlobHead {
  /** Lower-case hexadecimal; those that were asked for. */
  readonly digests?: Readonly<Partial<Record<ComposeDigest, string>>>
}

export interface DigestedParts extends Readonly<Partial<Record<ComposeDigest, string>>> {
  /** Lower-case hexadecimal, as each digest. */
  readonly sha256: string
  /** In bytes. */
  readonly size: number
}

/** How far an upload is: another call of the same plugin and tenant goes on with it by `ctx.blobs.writer(…)`. */
export interface BlobProgress {
  readonly upload: string
  /** Bytes that are stored. */
  readonly size: number
}

/**
 * The plugin's own files in this tenant, present with a grant of `blob:own`. A blob is named by what it holds: the
 * same bytes are the same blob, and count once. No other plugin and no other tenant can see or name it.
 */
export interface Blobs {
  /**
   * Keeps up to about 190 KB, durably. Known bytes may be put again; the last type given is kept.
   * @throws `CORE_BLOB_QUOTA_EXCEEDED` beyond the `quotaMb` of the grant.
   * @throws `SBX_HOST_MESSAGE_TOO_LARGE` for more: use `writer`.
   */
  put(data: BlobData, options?: { readonly type?: string }): Promise<BlobHead>
  /**
   * @throws `CORE_BLOB_MISSING`, `CORE_BLOB_RANGE` for a part that begins beyond the end.
   * @throws `CORE_BLOB_TOO_LARGE` for more than 180 KiB at once: read it in parts.
   */
  get(sha256: string, part?: BlobPart): Promise<Uint8Array>
  /** Null: there is none. */
  stat(sha256: string): Promise<BlobHead | null>
  /** In the order of their names, 50 at once unless told otherwise, 200 at most. `next` is the following cursor. */
  list(page?: { readonly cursor?: string; readonly limit?: number }): Promise<{
    readonly items: readonly BlobHead[]
    readonly next?: string
  }>
  /** @returns whether it was there. */
  delete(sha256: string): Promise<boolean>
  /**
   * Makes a blob of parts of others, up to 128 MiB, without their bytes passing through the isolate: a revision of a document
   * costs what was added to it. 256 parts at most.
   * @throws `CORE_BLOB_MISSING`, `CORE_BLOB_RANGE` for a part that reaches beyond its blob's end.
   * @throws `CORE_BLOB_UPLOAD_TOO_LARGE`, `CORE_BLOB_QUOTA_EXCEEDED`: both blobs count while it is made, and afterwards.
   */
  compose(
    parts: readonly ComposePart[],
    options?: { readonly type?: string; readonly digests?: readonly ComposeDigest[] },
  ): Promise<ComposedBlob>
  /**
   * Digests of what `compose` would make of the same parts, which is not kept: what a signature is over.
   * @throws `CORE_BLOB_MISSING`, `CORE_BLOB_RANGE`, `CORE_BLOB_UPLOAD_TOO_LARGE`
   */
  digest(
    parts: readonly ComposePart[],
    options?: { readonly digests?: readonly ComposeDigest[] },
  ): Promise<DigestedParts>
  /**
   * For what is larger than a `put`, up to 128 MiB. One call can send about 6 MB; give a later call what `write`
   * answered, and it goes on from there. What is not finished counts towards the quota, and is dropped an hour after its last part.
   */
  writer(options?: { readonly type?: string } | BlobProgress): BlobWriter
}

/** Writes in the order of the calls, which need not wait for each other. */
export interface BlobWriter {
  /**
   * @throws `CORE_BLOB_QUOTA_EXCEEDED`; what was written before stays until `abort`.
   * @throws `CORE_BLOB_UPLOADS_TAKEN` when 16 uploads of the plugin are open.
   * @throws `CORE_BLOB_UPLOAD_OFFSET` when another writer went on with the upload.
   */
  write(data: BlobData): Promise<BlobProgress>
  /** @throws `CORE_BLOB_UPLOAD_MISSING` when it was finished, aborted or left for an hour. */
  finish(): Promise<BlobHead>
  abort(): Promise<void>
}
