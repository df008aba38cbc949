import {
  blobBudget,
  DEFAULT_TYPE,
  MAX_DATA_LENGTH,
  MAX_UPLOAD_BYTES,
  sha256Schema,
  typeSchema,
} from '../blobs/blob-limits.ts'
import { type BlobOwner, quotaOf } from '../blobs/blob-owner.ts'
import type { BlobService } from '../blobs/blob-service.ts'
import type { BlobUploads } from '../blobs/blob-uploads.ts'
import { partSchema } from '../blobs/part-schema.ts'
import { coreErrors } from '../errors.ts'
import { pageOf, strictObject } from '../gateway/http-schemas.ts'
import type { CallScope } from './call-scope.ts'
import type { GrantedCall, HostCall } from './host-call.ts'

interface Ports {
  readonly blobs: BlobService
  readonly uploads: BlobUploads
}

interface Write {
  /** Left out: a new upload. */
  readonly upload?: string
  readonly type?: string
  readonly offset: number
  readonly data: string
}

const dataSchema = { type: 'string', maxLength: MAX_DATA_LENGTH } as const
const uploadSchema = { type: 'string', pattern: '^upl_[0-9a-f]{24}$' } as const
const named = strictObject({ sha256: sha256Schema }, ['sha256'])
const ofUpload = strictObject({ upload: uploadSchema }, ['upload'])

/** `ctx.blobs`: the plugin's own files in this tenant, whichever version asks. */
export function blobsCalls(ports: Ports): Readonly<Record<string, HostCall>> {
  return { ...readingCalls(ports), ...writingCalls(ports), ...uploadCalls(ports) }
}

const always = {
  capability: 'blob:own',
  covers: () => true,
  budget: blobBudget,
} as const

const reading = { ...always, hasEffect: () => false } as const
const writing = { ...always, hasEffect: () => true } as const

function readingCalls({ blobs }: Ports): Readonly<Record<string, HostCall>> {
  return {
    'blobs.get': {
      ...reading,
      schema: strictObject({ sha256: sha256Schema, ...partSchema }, ['sha256']),
      run: async ({ scope, request, signal }: GrantedCall<Named & AskedPart>) => {
        const bytes = await blobs.read(ownerOf(scope), request.sha256, request, signal)
        return { data: bytes.toString('base64') }
      },
      moved: (_request, { data }: { data: string }) => ({ sent: 0, received: sizeOf(data) }),
    },
    'blobs.stat': {
      ...reading,
      schema: named,
      run: async ({ scope, request }: GrantedCall<Named>) => {
        const blob = await blobs.find(ownerOf(scope), request.sha256)
        return blob === undefined ? null : headOf(blob)
      },
    },
    'blobs.list': {
      ...reading,
      schema: strictObject(
        { cursor: sha256Schema, limit: { type: 'integer', minimum: 1, maximum: 200 } },
        [],
      ),
      run: async ({ scope, request }: GrantedCall<{ cursor?: string; limit?: number }>) => {
        const { cursor, limit = 50 } = request
        const found = await blobs.list(ownerOf(scope), { cursor, limit })
        return pageOf(found.map(headOf), limit, ({ sha256 }) => sha256)
      },
    },
  }
}

function writingCalls({ blobs }: Ports): Readonly<Record<string, HostCall>> {
  return {
    'blobs.put': {
      ...writing,
      schema: strictObject({ data: dataSchema, type: typeSchema }, ['data']),
      run: async ({ scope, request, grants }: GrantedCall<{ data: string; type?: string }>) => {
        const bytes = bytesOf(request.data)
        return blobs.put(ownerOf(scope), bytes, request.type ?? DEFAULT_TYPE, quotaOf(grants) ?? 0)
      },
      moved: ({ data }: { data: string }) => ({ sent: sizeOf(data), received: 0 }),
    },
    'blobs.delete': {
      ...writing,
      schema: named,
      run: async ({ scope, request }: GrantedCall<Named>) =>
        blobs.delete(ownerOf(scope), request.sha256),
    },
  }
}

function uploadCalls({ uploads }: Ports): Readonly<Record<string, HostCall>> {
  return {
    'blobs.write': {
      ...writing,
      schema: strictObject(
        { upload: uploadSchema, type: typeSchema, offset: partSchema.offset, data: dataSchema },
        ['offset', 'data'],
      ),
      run: async ({ scope, request, grants }: GrantedCall<Write>) =>
        write(uploads, ownerOf(scope), request, quotaOf(grants) ?? 0),
      moved: ({ data }: Write) => ({ sent: sizeOf(data), received: 0 }),
    },
    'blobs.finish': {
      ...writing,
      schema: ofUpload,
      run: async ({ scope, request, signal }: GrantedCall<{ upload: string }>) =>
        uploads.finish(ownerOf(scope), request.upload, signal),
    },
    'blobs.abort': {
      ...writing,
      schema: ofUpload,
      run: async ({ scope, request }: GrantedCall<{ upload: string }>) => {
        await uploads.abort(ownerOf(scope), request.upload)
      },
    },
  }
}

/** An upload whose first part is refused is not begun: the guest would not know its id. */
async function write(
  uploads: BlobUploads,
  owner: BlobOwner,
  { upload, type = DEFAULT_TYPE, offset, data }: Write,
  quotaBytes: number,
): Promise<{ upload: string; size: number }> {
  const more = { offset, bytes: bytesOf(data), quotaBytes, maxBytes: MAX_UPLOAD_BYTES }
  if (upload !== undefined) return { upload, size: await uploads.append(owner, upload, more) }
  const begun = await uploads.begin(owner, type)
  try {
    return { upload: begun, size: await uploads.append(owner, begun, more) }
  } catch (error) {
    await uploads.abort(owner, begun)
    throw error
  }
}

interface Named {
  readonly sha256: string
}

interface AskedPart {
  readonly offset?: number
  readonly length?: number
}

/** By what the host put into the call: a guest names no owner. */
function ownerOf({ tenant, version }: CallScope): BlobOwner {
  return { tenant, plugin: version.plugin }
}

function headOf({ sha256, size, type }: { sha256: string; size: number; type: string }) {
  return { sha256, size, type }
}

/** Of base64, without decoding it. */
function sizeOf(data: string): number {
  return Buffer.byteLength(data, 'base64')
}

/** Base64 in its one form: what Node would skip over is refused. */
function bytesOf(data: string): Buffer {
  const bytes = Buffer.from(data, 'base64')
  if (bytes.toString('base64') === data) return bytes
  const faults = [{ pointer: '/data', detail: 'is no base64' }]
  throw coreErrors.create('INPUT_INVALID', {}, { faults })
}
