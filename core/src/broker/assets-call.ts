import type { AssetReader } from '../assets/asset-reader.ts'
import { blobBudget } from '../blobs/blob-limits.ts'
import { partSchema } from '../blobs/part-schema.ts'
import { strictObject } from '../gateway/http-schemas.ts'
import type { GrantedCall, HostCall } from './host-call.ts'

interface Request {
  readonly path: string
  readonly offset?: number
  readonly length?: number
}

/** `ctx.assets`: files of the package of just the version that runs. Always there: it gives nothing but its own. */
export function assetsCall(assets: AssetReader): HostCall {
  return {
    capability: null,
    covers: () => true,
    budget: blobBudget,
    schema: strictObject(
      { path: { type: 'string', minLength: 1, maxLength: 200 }, ...partSchema },
      ['path'],
    ),
    hasEffect: () => false,
    run: async ({ scope, request }: GrantedCall<Request>) => {
      const bytes = await assets.read(scope.version, request.path, request)
      return { data: bytes.toString('base64') }
    },
  }
}
