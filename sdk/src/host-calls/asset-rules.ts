import type { Manifest } from '../manifest/manifest.ts'
import { assetPathFault, isAsset } from './asset-path.ts'
import { blobBudget } from './blob-rules.ts'
import { type AskedPart, CHUNK_BYTES, partOf, partSchema } from './byte-part.ts'
import type { CallRule } from './call-rule.ts'
import { hostRefusals } from './host-refusals.ts'

export interface AssetRequest extends AskedPart {
  readonly path: string
}

interface Package {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
}

/** `ctx.assets`: files of the package of just the version that runs. Always there: it gives nothing but its own. */
export const assetsReadRule = {
  capability: null,
  covers: () => true,
  budget: blobBudget,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: { path: { type: 'string', minLength: 1, maxLength: 200 }, ...partSchema },
  },
  hasEffect: () => false,
} as const satisfies CallRule

/** @throws CORE_INPUT_INVALID, CORE_ASSET_MISSING for what only the host reads */
export function requireAsset(of: Package, path: string): void {
  const detail = assetPathFault(path)
  if (detail !== undefined) {
    throw hostRefusals.create('INPUT_INVALID', {}, { faults: [{ pointer: '/path', detail }] })
  }
  if (!isAsset(of.manifest, path)) throw assetMissing(of, path)
}

export function assetMissing({ plugin, version }: Package, path: string): Error {
  return hostRefusals.create('ASSET_MISSING', { plugin, version, path })
}

/** Which bytes of it are meant. @throws CORE_ASSET_RANGE, CORE_ASSET_TOO_LARGE */
export function assetPart(
  path: string,
  size: number,
  asked: AskedPart,
): { readonly offset: number; readonly length: number } {
  const part = partOf(size, asked, CHUNK_BYTES)
  if (part.kind === 'part') return part
  if (part.kind === 'outside') {
    throw hostRefusals.create('ASSET_RANGE', { path, size, offset: part.offset })
  }
  const { reached } = part
  throw hostRefusals.create('ASSET_TOO_LARGE', { path, reached, limit: CHUNK_BYTES })
}
