import { join } from 'node:path'
import { bundlePlugin } from '../../sdk/src/pack/bundle-plugin.ts'
import { generatedBundle } from './generated-bundle.ts'
import { orderBundle } from './order-plugin.ts'

/** 473 KB: a real bundle of research, and near the 512 KiB above which packing warns. */
const LARGE_BYTES = 473_000

/** The three sizes a plugin's isolate is measured in: each answers `price`. */
export async function sizedPlugins(): Promise<Record<'small' | '473kb' | 'shims', string>> {
  const { code } = await bundlePlugin(join(import.meta.dirname, 'shims-plugin'), '@bench/shims')
  return {
    small: orderBundle,
    '473kb': generatedBundle(LARGE_BYTES),
    shims: Buffer.from(code).toString('utf8'),
  }
}
