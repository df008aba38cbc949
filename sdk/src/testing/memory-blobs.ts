import { createHash } from 'node:crypto'
import { quotaOf, requireRoom } from '../host-calls/blob-quota.ts'
import {
  type BlobWrite,
  blobMissing,
  blobPart,
  blobRules,
  bytesOfData,
  DEFAULT_LISTED,
  DEFAULT_TYPE,
  MAX_UPLOAD_BYTES,
  type NamedBlob,
  requireUploadPart,
  requireUploads,
  UPLOAD_KEPT_MS,
  uploadMissing,
} from '../host-calls/blob-rules.ts'
import type { AskedPart } from '../host-calls/byte-part.ts'
import type { Grant } from '../host-calls/call-rule.ts'
import {
  type ComposeRequest,
  composedParts,
  composeRule,
  type DigestRequest,
  digestRule,
} from '../host-calls/compose-rules.ts'
import type { BlobHead } from '../plugin/blobs.ts'
import type { Admitted, MemoryCall, MemoryPorts } from './memory-call.ts'
import type { KeptBlob } from './records.ts'

interface Upload {
  readonly id: string
  readonly type: string
  size: number
  readonly parts: Uint8Array[]
  expiresAt: number
}

/** `ctx.blobs` of a test host: the rules of a real one, over bytes in memory. */
export function blobCalls(ports: MemoryPorts): Readonly<Record<string, MemoryCall>> {
  const store = new MemoryBlobs(ports)
  const { blobs } = ports.memory
  return {
    'blobs.get': {
      ...blobRules['blobs.get'],
      run: ({ request }: Admitted<NamedBlob & AskedPart>) => {
        const { sha256 } = request
        const blob = blobs.get(sha256)
        if (blob === undefined) throw blobMissing(ports.installed, sha256)
        const { offset, length } = blobPart({ sha256, size: blob.bytes.length }, request)
        const part = blob.bytes.subarray(offset, offset + length)
        return { data: Buffer.from(part).toString('base64') }
      },
    },
    'blobs.stat': {
      ...blobRules['blobs.stat'],
      run: ({ request }: Admitted<NamedBlob>) => store.head(request.sha256) ?? null,
    },
    'blobs.list': {
      ...blobRules['blobs.list'],
      run: ({ request }: Admitted<{ readonly cursor?: string; readonly limit?: number }>) =>
        store.list(request),
    },
    'blobs.put': {
      ...blobRules['blobs.put'],
      run: ({ request, grants }: Admitted<{ readonly data: string; readonly type?: string }>) =>
        store.put(bytesOfData(request.data), request.type ?? DEFAULT_TYPE, quotaOf(grants) ?? 0),
    },
    'blobs.compose': {
      ...composeRule,
      run: ({ request, grants }: Admitted<ComposeRequest>) =>
        store.compose(request, quotaOf(grants) ?? 0),
    },
    'blobs.digest': {
      ...digestRule,
      run: ({ request: { parts, digests = [] } }: Admitted<DigestRequest>) => {
        const bytes = store.composed(parts)
        const shown = ['sha256', ...digests].map((name) => [
          name,
          createHash(name).update(bytes).digest('hex'),
        ])
        return { size: bytes.length, ...Object.fromEntries(shown) }
      },
    },
    'blobs.delete': {
      ...blobRules['blobs.delete'],
      run: ({ request }: Admitted<NamedBlob>) => blobs.delete(request.sha256),
    },
    'blobs.write': {
      ...blobRules['blobs.write'],
      run: ({ request, grants }: Admitted<BlobWrite>) => store.write(request, grants),
    },
    'blobs.finish': {
      ...blobRules['blobs.finish'],
      run: ({ request }: Admitted<{ readonly upload: string }>) => store.finish(request.upload),
    },
    'blobs.abort': {
      ...blobRules['blobs.abort'],
      run: ({ request }: Admitted<{ readonly upload: string }>) => store.abort(request.upload),
    },
  }
}

class MemoryBlobs {
  readonly #ports: MemoryPorts
  readonly #blobs: Map<string, KeptBlob>
  readonly #uploads = new Map<string, Upload>()

  constructor(ports: MemoryPorts) {
    this.#ports = ports
    this.#blobs = ports.memory.blobs
  }

  head(sha256: string): BlobHead | undefined {
    const blob = this.#blobs.get(sha256)
    return blob === undefined ? undefined : { sha256, size: blob.bytes.length, type: blob.type }
  }

  list({ cursor = '', limit = DEFAULT_LISTED }) {
    const names = [...this.#blobs.keys()].filter((name) => name > cursor).sort()
    const items = names.slice(0, limit).map((name) => this.head(name))
    const last = items.at(-1)
    return items.length === limit && last !== undefined ? { items, next: last.sha256 } : { items }
  }

  /** Known bytes cost nothing; the type given last is kept. */
  put(bytes: Uint8Array, type: string, quotaBytes: number): BlobHead {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (!this.#blobs.has(sha256)) {
      requireRoom(this.#ports.installed, this.#used(), bytes.length, quotaBytes)
    }
    this.#blobs.set(sha256, { type, bytes })
    return { sha256, size: bytes.length, type }
  }

  composed(asked: ComposeRequest['parts']): Buffer {
    const sizes = new Map([...this.#blobs].map(([sha256, { bytes }]) => [sha256, bytes.length]))
    const { parts } = composedParts(this.#ports.installed, asked, sizes)
    const pieces = parts.map((part) => {
      if ('bytes' in part) return part.bytes
      const { bytes = new Uint8Array(0) } = this.#blobs.get(part.sha256) ?? {}
      return bytes.subarray(part.offset, part.offset + part.length)
    })
    return Buffer.concat(pieces)
  }

  compose({ parts, type = DEFAULT_TYPE, digests = [] }: ComposeRequest, quotaBytes: number) {
    const bytes = this.composed(parts)
    requireRoom(this.#ports.installed, this.#used(), bytes.length, quotaBytes)
    const head = this.put(bytes, type, Number.POSITIVE_INFINITY)
    if (digests.length === 0) return head
    const shown = digests.map((name) => [name, createHash(name).update(bytes).digest('hex')])
    return { ...head, digests: Object.fromEntries(shown) }
  }

  /** An upload whose first part is refused is not begun: the guest would not know its id. */
  write({ upload, type = DEFAULT_TYPE, offset, data }: BlobWrite, grants: readonly Grant[]) {
    const bytes = bytesOfData(data)
    const open = upload === undefined ? this.#begin(type) : this.#open(upload)
    try {
      const more = { offset, length: bytes.length, maxBytes: MAX_UPLOAD_BYTES }
      const reached = requireUploadPart(open, more)
      requireRoom(this.#ports.installed, this.#used(), bytes.length, quotaOf(grants) ?? 0)
      open.size = reached
    } catch (error) {
      if (upload === undefined) this.#uploads.delete(open.id)
      throw error
    }
    open.parts.push(bytes)
    open.expiresAt = this.#ports.now() + UPLOAD_KEPT_MS
    return { upload: open.id, size: open.size }
  }

  finish(id: string): BlobHead {
    const { parts, type } = this.#open(id)
    this.#uploads.delete(id)
    // It counted while it was an upload.
    return this.put(Buffer.concat(parts), type, Number.POSITIVE_INFINITY)
  }

  abort(id: string): null {
    this.#uploads.delete(id)
    return null
  }

  #begin(type: string): Upload {
    for (const { id, expiresAt } of this.#uploads.values()) {
      if (expiresAt <= this.#ports.now()) this.#uploads.delete(id)
    }
    requireUploads(this.#ports.installed, this.#uploads.size)
    const id = `upl_${this.#ports.memory.next().toString(16).padStart(24, '0')}`
    const upload = { id, type, size: 0, parts: [], expiresAt: this.#ports.now() + UPLOAD_KEPT_MS }
    this.#uploads.set(id, upload)
    return upload
  }

  #open(id: string): Upload {
    const upload = this.#uploads.get(id)
    if (upload !== undefined && upload.expiresAt > this.#ports.now()) return upload
    throw uploadMissing(this.#ports.installed, id)
  }

  #used(): number {
    const kept = [...this.#blobs.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
    return [...this.#uploads.values()].reduce((sum, { size }) => sum + size, kept)
  }
}
