import { join } from 'node:path'
import { bundlePlugin } from '../../sdk/src/pack/bundle-plugin.ts'
import { compileBundle, type GuestCall, type LoadedBundle } from '../src/index.ts'
import type { GuestFixture } from '../test/guest-fixture.ts'
import { generatedBundle } from './generated-bundle.ts'
import { orderBundle, pluginCall } from './order-plugin.ts'

/** 473 KB: a real bundle of research, and near the 512 KiB above which packing warns. */
const LARGE_BYTES = 473_000

/** The sizes a plugin's isolate is measured in. */
export type Size = 'small' | '473kb' | 'shims'

/** A plugin that answers `price`, as a host has it after installing: the bundle, and what V8 made of it. */
export interface SizedPlugin {
  readonly source: string
  readonly compiled: Uint8Array
}

export async function sizedPlugin(size: Size): Promise<SizedPlugin> {
  const source = await sourceOf(size)
  const of = { plugin: `@bench/${size}`, version: '1.0.0' }
  return { source, compiled: await compileBundle(Buffer.from(source), of) }
}

async function sourceOf(size: Size): Promise<string> {
  if (size === 'small') return orderBundle
  if (size === '473kb') return generatedBundle(LARGE_BYTES)
  const { code } = await bundlePlugin(join(import.meta.dirname, 'shims-plugin'), '@bench/shims')
  return Buffer.from(code).toString('utf8')
}

/** @param isCompiled whether the lane gets what was compiled ahead, as it does from a host. */
export function sizedCall(
  { source, compiled }: SizedPlugin,
  isCompiled: boolean,
  fixture: GuestFixture,
): GuestCall {
  const call = pluginCall(source, { operation: 'price', ...fixture })
  const bytes = Buffer.from(source)
  const bundle: LoadedBundle = {
    source: bytes,
    ...(isCompiled ? { compiled } : {}),
    onCompiledRejected: () => {
      throw new Error('V8 did not take what was compiled ahead')
    },
  }
  return { ...call, loadBundle: async () => bundle }
}
