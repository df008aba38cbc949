import { Readable } from 'node:stream'
import { crc32, createGunzip } from 'node:zlib'
import type { InputFault } from '@signalbox/sdk/errors'
import { Parser, type ReadEntry } from 'tar'
import { collisionKey, packagePath, pathFault } from './entry-path.ts'
import type { PackageLimits } from './package-limits.ts'
import { PackageRefusal } from './package-refusal.ts'
import { PlainArchive } from './plain-archive.ts'

/** Faults listed at most: hostile input stays cheap. */
const MAX_FAULTS = 20
/** Below this the ratio says nothing: a small text may compress very well. */
const RATIO_FROM_BYTES = 1024 * 1024
const FILE_TYPES: ReadonlySet<string> = new Set(['File', 'OldFile'])

/**
 * Unpacks a tarball into memory; nothing is ever written to a disk.
 * @returns the files by their path inside the package, in the order of the archive.
 * @throws PackageRefusal for whatever is broken, too much, or no plain file.
 */
export async function unpackTarball(
  tarball: Buffer,
  plugin: string,
  limits: PackageLimits,
): Promise<Map<string, Buffer>> {
  const entries = new EntryCollector(plugin, limits)
  const parser = new Parser({
    strict: false,
    onReadEntry: (entry) => entries.add(entry),
    onwarn: (code, message) => entries.warn(`${code}: ${String(message)}`),
  })
  parser.on('ignoredEntry', (entry: ReadEntry) => entries.refuse(entry, 'is of an unknown type'))
  let fault: string | undefined
  try {
    fault = await feed(tarball, parser, plugin, limits, () => entries.isHopeless)
  } catch (error) {
    if (error instanceof PackageRefusal) throw error
    throw unreadable(plugin, error)
  }
  // What is wrong with an entry is told by its name, and so before what is wrong around it.
  const files = entries.files()
  if (fault === undefined) return files
  throw new PackageRefusal('PACKAGE_UNREADABLE', { plugin, reason: fault })
}

function unreadable(plugin: string, cause: unknown): PackageRefusal {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new PackageRefusal('PACKAGE_UNREADABLE', { plugin, reason }, [], { cause })
}

async function feed(
  tarball: Buffer,
  parser: Parser,
  plugin: string,
  limits: PackageLimits,
  isHopeless: () => boolean,
): Promise<string | undefined> {
  const done = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve)
    parser.on('error', reject)
  })
  const plain = new PlainArchive()
  const gunzip = createGunzip()
  let [unpacked, crc] = [0, 0]
  for await (const chunk of Readable.from([tarball]).pipe(gunzip) as AsyncIterable<Buffer>) {
    if (unpacked === 0) refuseNested(chunk, plugin)
    unpacked += chunk.length
    refuseBomb(unpacked, tarball.length, plugin, limits)
    crc = crc32(chunk, crc)
    plain.write(chunk)
    parser.write(chunk)
    if (isHopeless()) return undefined
  }
  parser.end()
  await done
  const isAll = gunzip.bytesWritten === tarball.length && isOneMember(tarball, crc, unpacked)
  return isAll ? plain.end() : 'it is more than one gzip file'
}

/** RFC 1952 §2.3.1: a member ends with the CRC-32 and the size of what it holds, which is all that was unpacked. */
function isOneMember(tarball: Buffer, crc: number, unpacked: number): boolean {
  if (tarball.length < 8) return false
  return (
    tarball.readUInt32LE(tarball.length - 8) === crc &&
    tarball.readUInt32LE(tarball.length - 4) === unpacked
  )
}

/** The parser would unpack a second layer by itself, outside of what is counted here. */
function refuseNested(chunk: Buffer, plugin: string): void {
  const magic = chunk.subarray(0, 4).toString('hex')
  if (magic.startsWith('1f8b') || magic === '28b52ffd') {
    throw new PackageRefusal('PACKAGE_UNREADABLE', { plugin, reason: 'it is packed twice' })
  }
}

function refuseBomb(unpacked: number, packed: number, plugin: string, limits: PackageLimits): void {
  if (unpacked > limits.unpackedBytes) {
    throw new PackageRefusal('PACKAGE_TOO_LARGE', {
      plugin,
      what: 'its unpacked size in bytes',
      reached: `more than ${limits.unpackedBytes}`,
      limit: limits.unpackedBytes,
    })
  }
  if (unpacked > RATIO_FROM_BYTES && unpacked > packed * limits.ratio) {
    throw new PackageRefusal('PACKAGE_TOO_LARGE', {
      plugin,
      what: 'unpacked size divided by packed size',
      reached: `more than ${limits.ratio}`,
      limit: limits.ratio,
    })
  }
}

class EntryCollector {
  readonly #plugin: string
  readonly #limits: PackageLimits
  readonly #chunks = new Map<string, Buffer[]>()
  readonly #names = new Map<string, string>()
  readonly #folders = new Map<string, string>()
  readonly #faults: InputFault[] = []
  #count = 0
  #warning: string | undefined

  constructor(plugin: string, limits: PackageLimits) {
    this.#plugin = plugin
    this.#limits = limits
  }

  get isHopeless(): boolean {
    return this.#faults.length >= MAX_FAULTS || this.#count > this.#limits.entries
  }

  add(entry: ReadEntry): void {
    this.#count++
    const fault = this.#entryFault(entry)
    if (fault !== undefined) this.refuse(entry, fault)
    else if (FILE_TYPES.has(entry.type)) this.#collect(entry)
    entry.resume()
  }

  refuse(entry: ReadEntry, detail: string): void {
    if (this.#faults.length >= MAX_FAULTS) return
    // The name is hostile text: as JSON it cannot draw on anybody's terminal.
    this.#faults.push({ pointer: '', at: JSON.stringify(entry.path.slice(0, 200)), detail })
  }

  warn(warning: string): void {
    this.#warning ??= warning
  }

  files(): Map<string, Buffer> {
    const plugin = this.#plugin
    if (this.#count > this.#limits.entries) {
      throw new PackageRefusal('PACKAGE_TOO_LARGE', {
        plugin,
        what: 'the number of its entries',
        reached: `more than ${this.#limits.entries}`,
        limit: this.#limits.entries,
      })
    }
    if (this.#faults.length > 0) {
      throw new PackageRefusal('PACKAGE_ENTRY_REFUSED', { plugin }, this.#faults)
    }
    if (this.#warning !== undefined) {
      throw new PackageRefusal('PACKAGE_UNREADABLE', { plugin, reason: this.#warning })
    }
    return new Map([...this.#chunks].map(([path, chunks]) => [path, Buffer.concat(chunks)]))
  }

  #entryFault(entry: ReadEntry): string | undefined {
    // An extended header may claim another type than the entry's own.
    if (entry.type !== entry.header.type) return 'claims two types'
    const isFolder = entry.type === 'Directory'
    if (!isFolder && !FILE_TYPES.has(entry.type)) {
      return `is a ${entry.type}, not a plain file`
    }
    const fault = pathFault(entry.path, this.#limits.pathBytes)
    if (fault !== undefined) return fault
    if (isFolder) return undefined
    if (entry.path.endsWith('/')) return 'is a file with the name of a folder'
    return this.#collision(packagePath(entry.path))
  }

  /** The same name twice, in another case or composition, or as a file and as a folder. */
  #collision(path: string): string | undefined {
    const key = collisionKey(path)
    const other = this.#names.get(key) ?? this.#folders.get(key)
    if (other !== undefined) return `has the name of ${JSON.stringify(other)}`
    this.#names.set(key, path)
    for (let end = key.indexOf('/'); end >= 0; end = key.indexOf('/', end + 1)) {
      const folder = key.slice(0, end)
      const file = this.#names.get(folder)
      if (file !== undefined) return `is inside ${JSON.stringify(file)}, which is a file`
      this.#folders.set(folder, path.slice(0, end))
    }
    return undefined
  }

  #collect(entry: ReadEntry): void {
    const chunks: Buffer[] = []
    this.#chunks.set(packagePath(entry.path), chunks)
    entry.on('data', (chunk: Buffer) => chunks.push(chunk))
  }
}
