import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type AssetRequest,
  assetMissing,
  assetPart,
  assetsReadRule,
  requireAsset,
} from '../host-calls/asset-rules.ts'
import type { Admitted, MemoryCall, MemoryPorts } from './memory-call.ts'

/** `ctx.assets` of a test host: files of the folder that `npm publish` would pack. */
export function assetCalls({ installed }: MemoryPorts): Readonly<Record<string, MemoryCall>> {
  return {
    'assets.read': {
      ...assetsReadRule,
      run: async ({ request }: Admitted<AssetRequest>) => {
        const { path } = request
        requireAsset(installed, path)
        const place = join(installed.folder, path)
        const isThere = (await lstat(place).catch(() => undefined))?.isFile() === true
        if (!isThere || !isPacked(installed.files, path)) throw assetMissing(installed, path)
        const bytes = await readFile(place)
        const { offset, length } = assetPart(path, bytes.length, request)
        return { data: bytes.subarray(offset, offset + length).toString('base64') }
      },
    },
  }
}

/**
 * By `files` of package.json: paths, folders and globs (`*`, `**`, `?`, a `!` before what is left out again), as
 * https://docs.npmjs.com/cli/v11/configuring-npm/package-json#files has them. Ignore files are not read. Pure.
 * @param files undefined: everything is packed
 */
export function isPacked(files: readonly string[] | undefined, path: string): boolean {
  if (files === undefined || /^(readme|licen[cs]e)(\.[^/]*)?$/i.test(path)) return true
  return files.reduce((isIn, entry) => {
    const isLeftOut = entry.startsWith('!')
    return matches(isLeftOut ? entry.slice(1) : entry, path) ? !isLeftOut : isIn
  }, false)
}

function matches(entry: string, path: string): boolean {
  const plain = entry.replace(/^(\.?\/)+/, '').replace(/\/+$/, '')
  const pattern = plain
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, (found) => globs[found] ?? found)
  return plain === '' || plain === '.' || new RegExp(`^${pattern}(/|$)`).test(path)
}

const globs: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
}
