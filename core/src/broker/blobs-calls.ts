import { quotaOf } from '@signalbox/sdk/host-calls/blob-quota'
import {
  type BlobWrite,
  blobRules,
  bytesOfData,
  DEFAULT_LISTED,
  DEFAULT_TYPE,
  MAX_UPLOAD_BYTES,
  type NamedBlob,
} from '@signalbox/sdk/host-calls/blob-rules'
import type { AskedPart } from '@signalbox/sdk/host-calls/byte-part'
import {
  type ComposeRequest,
  composeRule,
  type DigestRequest,
  digestRule,
} from '@signalbox/sdk/host-calls/compose-rules'
import type { BlobComposer } from '../blobs/blob-composer.ts'
import type { BlobOwner } from '../blobs/blob-owner.ts'
import type { BlobService } from '../blobs/blob-service.ts'
import type { BlobUploads } from '../blobs/blob-uploads.ts'
import type { PartDigests } from '../blobs/part-digests.ts'
import { pageOf } from '../gateway/http-schemas.ts'
import type { CallScope } from './call-scope.ts'
import type { GrantedCall, HostCall } from './host-call.ts'

interface Ports {
  readonly blobs: BlobService
  readonly uploads: BlobUploads
  readonly composer: BlobComposer
  readonly partDigests: PartDigests
}

/** `ctx.blobs`: the plugin's own files in this tenant, whichever version asks. */
export function blobsCalls(ports: Ports): Readonly<Record<string, HostCall>> {
  return { ...readingCalls(ports), ...writingCalls(ports), ...uploadCalls(ports) }
}

function readingCalls({ blobs, partDigests }: Ports): Readonly<Record<string, HostCall>> {
  return {
    'blobs.get': {
      ...blobRules['blobs.get'],
      run: async ({ scope, request, signal }: GrantedCall<NamedBlob & AskedPart>) => {
        const bytes = await blobs.read(ownerOf(scope), request.sha256, request, signal)
        return { data: bytes.toString('base64') }
      },
      moved: (_request, { data }: { data: string }) => ({ sent: 0, received: sizeOf(data) }),
    },
    'blobs.digest': {
      ...digestRule,
      run: async ({ scope, request, signal }: GrantedCall<DigestRequest>) => {
        const { parts, digests: wished = [] } = request
        const names = ['sha256', ...wished] as const
        const { size, digests } = await partDigests.of(ownerOf(scope), parts, names, signal)
        const shown = [...digests].map(([name, digest]) => [name, digest.toString('hex')])
        return { size, ...Object.fromEntries(shown) }
      },
      moved: ({ parts }: DigestRequest) => ({ sent: sizeOfGiven(parts), received: 0 }),
    },
    'blobs.stat': {
      ...blobRules['blobs.stat'],
      run: async ({ scope, request }: GrantedCall<NamedBlob>) => {
        const blob = await blobs.find(ownerOf(scope), request.sha256)
        return blob === undefined ? null : headOf(blob)
      },
    },
    'blobs.list': {
      ...blobRules['blobs.list'],
      run: async ({ scope, request }: GrantedCall<{ cursor?: string; limit?: number }>) => {
        const { cursor, limit = DEFAULT_LISTED } = request
        const found = await blobs.list(ownerOf(scope), { cursor, limit })
        return pageOf(found.map(headOf), limit, ({ sha256 }) => sha256)
      },
    },
  }
}

function writingCalls({ blobs, composer }: Ports): Readonly<Record<string, HostCall>> {
  return {
    'blobs.put': {
      ...blobRules['blobs.put'],
      run: async ({ scope, request, grants }: GrantedCall<{ data: string; type?: string }>) => {
        const bytes = bytesOfData(request.data)
        return blobs.put(ownerOf(scope), bytes, request.type ?? DEFAULT_TYPE, quotaOf(grants) ?? 0)
      },
      moved: ({ data }: { data: string }) => ({ sent: sizeOf(data), received: 0 }),
    },
    'blobs.compose': {
      ...composeRule,
      run: async ({ scope, request, grants, signal }: GrantedCall<ComposeRequest>) =>
        composer.compose(ownerOf(scope), request, quotaOf(grants) ?? 0, signal),
      moved: ({ parts }: ComposeRequest) => ({ sent: sizeOfGiven(parts), received: 0 }),
    },
    'blobs.delete': {
      ...blobRules['blobs.delete'],
      run: async ({ scope, request }: GrantedCall<NamedBlob>) =>
        blobs.delete(ownerOf(scope), request.sha256),
    },
  }
}

function uploadCalls({ uploads }: Ports): Readonly<Record<string, HostCall>> {
  return {
    'blobs.write': {
      ...blobRules['blobs.write'],
      run: async ({ scope, request, grants }: GrantedCall<BlobWrite>) =>
        write(uploads, ownerOf(scope), request, quotaOf(grants) ?? 0),
      moved: ({ data }: BlobWrite) => ({ sent: sizeOf(data), received: 0 }),
    },
    'blobs.finish': {
      ...blobRules['blobs.finish'],
      run: async ({ scope, request, signal }: GrantedCall<{ upload: string }>) =>
        uploads.finish(ownerOf(scope), request.upload, signal),
    },
    'blobs.abort': {
      ...blobRules['blobs.abort'],
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
  { upload, type = DEFAULT_TYPE, offset, data }: BlobWrite,
  quotaBytes: number,
): Promise<{ upload: string; size: number }> {
  const more = { offset, bytes: bytesOfData(data), quotaBytes, maxBytes: MAX_UPLOAD_BYTES }
  if (upload !== undefined) return { upload, size: await uploads.append(owner, upload, more) }
  const begun = await uploads.begin(owner, type)
  try {
    return { upload: begun, size: await uploads.append(owner, begun, more) }
  } catch (error) {
    await uploads.abort(owner, begun)
    throw error
  }
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

function sizeOfGiven(parts: ComposeRequest['parts']): number {
  return parts.reduce((sum, part) => sum + ('data' in part ? sizeOf(part.data) : 0), 0)
}
