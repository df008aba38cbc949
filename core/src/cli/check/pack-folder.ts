import { join } from 'node:path'
import { isCodedError } from '@signalbox/sdk/errors'
import type { Finding } from '@signalbox/sdk/finding'
import { preparePlugin } from '@signalbox/sdk/pack'
import { packRules } from '@signalbox/sdk/pack-rules'
import { coreErrors } from '../../errors.ts'
import { runNpm } from '../run-npm.ts'

/** Of a folder whose prepack builds more than a bundle. */
const TIMEOUT_MS = 120_000

interface PackedFolder {
  /** The tarball. */
  readonly file: string
  /** Why there is no fresh bundle in it. */
  readonly findings: readonly Finding[]
}

/**
 * Packs a folder as `npm publish` would, its `prepack` included. Where that fails, what lies there is packed without,
 * so that the author sees everything that is wrong at once.
 * @throws CORE_NPM_PACK_FAILED where npm packs it in no way
 */
export async function packFolder(folder: string, scratch: string): Promise<PackedFolder> {
  const words = ['pack', '--json', '--pack-destination', scratch, '--cache', join(scratch, 'cache')]
  const packed = await runNpm(words, folder, TIMEOUT_MS)
  if (packed.isOk) return { file: tarballOf(packed.stdout, scratch), findings: [] }
  const bundled = await bundleFindings(folder)
  const plain = await runNpm([...words, '--ignore-scripts'], folder, TIMEOUT_MS)
  const { output } = plain
  if (!plain.isOk) throw coreErrors.create('NPM_PACK_FAILED', { folder, output })
  const place = { file: 'package.json' }
  const findings = bundled ?? [
    packRules.find('pack/prepack', place, { output: lastLine(packed.output) }),
  ]
  return { file: tarballOf(plain.stdout, scratch), findings }
}

/** `prepack` may print what it likes before npm's list: the list is the last that begins with a bracket. */
function tarballOf(stdout: string, scratch: string): string {
  const [{ filename }] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as [{ filename: string }]
  return join(scratch, filename)
}

/** @returns undefined where bundling is not what failed */
async function bundleFindings(folder: string): Promise<readonly Finding[] | undefined> {
  try {
    await preparePlugin(folder)
    return undefined
  } catch (error) {
    if (!isCodedError(error)) throw error
    // The others are found in the tarball too, each with its line.
    if (!error.code.startsWith('SDK_BUNDLE_')) return []
    return error.faults.map(({ at = '', pointer, detail }) => {
      const [, file = at, line] = /^(.*?):(\d+)(?::\d+)?$/.exec(at) ?? []
      const place = { file: file || undefined, line: line === undefined ? undefined : Number(line) }
      return packRules.find('pack/bundle', place, { detail: `${pointer} ${detail}`.trim() })
    })
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}
