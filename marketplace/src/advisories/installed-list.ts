import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { marketplaceErrors } from '../errors.ts'

/** What a list may unpack to: some ten thousand packages. More is no project's, but somebody's bomb. */
const MAX_BYTES = 4 * 1024 * 1024

/** Versions that are compared with ranges, of all packages together: some hundredths of a second. */
const MAX_VERSIONS = 20_000

const unzip = promisify(gunzip)

/** Reads what `npm audit` sends: the versions of every installed package. @throws `MKT_INPUT_INVALID` */
export async function readInstalledList(
  body: Buffer,
  encoding: string | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const list = parsed(encoding === 'gzip' ? await unpacked(body) : body)
  if (typeof list !== 'object' || list === null || Array.isArray(list)) {
    throw invalid('', 'must be an object of versions by package')
  }
  let count = 0
  return new Map(
    Object.entries(list).map(([name, versions]: [string, unknown]) => {
      if (!Array.isArray(versions) || !versions.every((one) => typeof one === 'string')) {
        throw invalid('/*', 'must be a list of versions')
      }
      count += versions.length + 1
      if (count > MAX_VERSIONS) throw invalid('', `must hold at most ${MAX_VERSIONS} versions`)
      return [name.replaceAll('\u0000', ''), versions]
    }),
  )
}

async function unpacked(body: Buffer): Promise<Buffer> {
  try {
    return await unzip(body, { maxOutputLength: MAX_BYTES })
  } catch (cause) {
    throw invalid('', `must be gzip of at most ${MAX_BYTES / 1024 / 1024} MiB`, cause)
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw invalid('', 'must be JSON', cause)
  }
}

function invalid(pointer: string, detail: string, cause?: unknown): Error {
  return marketplaceErrors.create('INPUT_INVALID', {}, { faults: [{ pointer, detail }], cause })
}
