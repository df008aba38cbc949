import { type AssetRequest, assetsReadRule } from '@signalbox/sdk/host-calls/asset-rules'
import type { AssetReader } from '../assets/asset-reader.ts'
import type { GrantedCall, HostCall } from './host-call.ts'

/** `ctx.assets`: files of the package of just the version that runs. */
export function assetsCall(assets: AssetReader): HostCall {
  return {
    ...assetsReadRule,
    run: async ({ scope, request }: GrantedCall<AssetRequest>) => {
      const bytes = await assets.read(scope.version, request.path, request)
      return { data: bytes.toString('base64') }
    },
  }
}
