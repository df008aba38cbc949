import type { KeyObject } from 'node:crypto'
import { readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyIdOf } from '@signalbox/sdk/trust/key-id'
import { SIGNATURE_FILE, sha512Of, signPackage } from '@signalbox/sdk/trust/package-signature'
import { coreErrors } from '../errors.ts'
import { runNpm } from './run-npm.ts'

/** Nothing is built or sent; a minute means that something hangs. */
const TIMEOUT_MS = 60_000

export interface SignedFolder {
  readonly name: string
  readonly version: string
  readonly keyid: string
  readonly files: number
}

interface Listed {
  readonly name: string
  readonly version: string
  readonly files: readonly { readonly path: string }[]
}

/**
 * Writes `signalbox.sig` for what npm would publish of a folder. npm itself is asked what that is: any rule of ours for
 * `files`, `.npmignore` and what is always packed would some day differ from npm's.
 * @throws CORE_SIGN_FAILED; then no signature is left behind
 */
export async function signFolder(
  given: string,
  privateKey: KeyObject,
  now: number,
): Promise<SignedFolder> {
  const folder = await realpath(given)
  const place = join(folder, SIGNATURE_FILE)
  try {
    // npm lists only what is there.
    await writeFile(place, '')
    const { name, version, files } = await packedFiles(folder)
    const digests = new Map<string, string>()
    for (const { path } of files) digests.set(path, sha512Of(await readFile(join(folder, path))))
    if (!digests.has(SIGNATURE_FILE)) {
      const reason = {
        en: `npm would leave ${SIGNATURE_FILE} out: add it to "files" in package.json`,
        'zh-CN': `npm 不会包含 ${SIGNATURE_FILE}：请将其加入 package.json 的 "files"`,
      }
      throw coreErrors.create('SIGN_FAILED', { folder, reason })
    }
    digests.delete(SIGNATURE_FILE)
    await writeFile(place, signPackage({ name, version, files: digests }, now, privateKey))
    return { name, version, keyid: keyIdOf(privateKey), files: digests.size }
  } catch (error) {
    await rm(place, { force: true })
    throw error
  }
}

/** Scripts are not run: they could change what is signed, and here nothing is packed. */
async function packedFiles(folder: string): Promise<Listed> {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error']
  const { isOk, stdout, output: told } = await runNpm(words, folder, TIMEOUT_MS)
  try {
    const [first] = JSON.parse(stdout) as Listed[]
    if (isOk && first !== undefined) return first
  } catch {
    // Told below, in npm's own words.
  }
  const output = `npm pack: ${told.slice(-1000)}`
  throw coreErrors.create('SIGN_FAILED', { folder, reason: { en: output, 'zh-CN': output } })
}
