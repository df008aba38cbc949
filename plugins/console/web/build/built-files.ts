import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Plugin } from 'vite'
import { digestOf } from '../../src/built-files.ts'

/** Below it, a head costs more than is saved. */
const LEAST_BYTES = 1024

/**
 * Beside each text a smaller sibling, so that no host compresses what never changes; and `files.json`, the digest of every
 * file, which the self-test of the version holds the package to.
 */
export function builtFiles(): Plugin {
  let folder = ''
  return {
    name: 'built-files',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir
    },
    async closeBundle() {
      for (const name of (await filesIn(folder)).filter((one) =>
        /\.(m?js|css|svg|json)$/.test(one),
      )) {
        const bytes = await readFile(join(folder, name))
        if (bytes.length < LEAST_BYTES) continue
        await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }))
      }
      const digests: Record<string, string> = {}
      for (const name of await filesIn(folder)) {
        digests[name] = digestOf(await readFile(join(folder, name)))
      }
      await writeFile(join(folder, 'files.json'), JSON.stringify(digests))
    },
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    if ((await stat(join(folder, name))).isFile()) found.push(name)
  }
  return found
}
