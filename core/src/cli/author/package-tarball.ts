import { glob, readFile, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Header, Pax } from 'tar'

/** What npm packs whatever `files` says. */
const ALWAYS = /^(package\.json|readme(\.[^/]*)?|licen[cs]e(\.[^/]*)?)$/i

/** What npm packs never. */
const NEVER = /(^|\/)(node_modules|\.git|\.signalbox|\.DS_Store|\.npmrc|[^/]*\.orig)(\/|$)/

export interface TarballWish {
  readonly version?: string
  readonly bundle?: { readonly path: string; readonly bytes: Buffer } | undefined
}

const BLOCK = 512
/** 1985-10-26, as npm writes it: the same files give the same bytes. */
const MTIME = new Date('1985-10-26T08:15:00Z')

/**
 * The tarball of a plugin's folder, as `npm pack` would make it of a package that lists its `files`.
 * @param wish `version` instead of the one in package.json; `bundle` instead of what is built already
 */
export async function packageTarball(folder: string, wish: TarballWish = {}): Promise<Buffer> {
  const { version, bundle } = wish
  const parts: Buffer[] = []
  const listed = await packageFiles(folder)
  for (const path of new Set(bundle === undefined ? listed : [...listed, bundle.path])) {
    const bytes = path === bundle?.path ? bundle.bytes : await readFile(join(folder, path))
    const body = path === 'package.json' && version ? withVersion(bytes, version) : bytes
    parts.push(...entryOf(`package/${path}`, body))
  }
  return promisify(gzip)(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]))
}

/** Paths of what is published, in order. */
async function packageFiles(folder: string): Promise<readonly string[]> {
  const document: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const { files = [] } = document as { readonly files?: readonly string[] }
  const found = new Set<string>()
  for await (const path of glob('*', { cwd: folder })) {
    if (ALWAYS.test(path)) found.add(path)
  }
  const patterns = files.map((pattern) => pattern.replace(/^\.?\/+|\/+$/g, ''))
  for await (const path of glob(
    patterns.flatMap((pattern) => [pattern, `${pattern}/**`]),
    { cwd: folder },
  )) {
    found.add(path.replaceAll(sep, '/'))
  }
  const plain: string[] = []
  for (const path of [...found].filter((one) => !NEVER.test(one)).sort()) {
    if ((await stat(join(folder, path))).isFile()) plain.push(path)
  }
  return plain
}

function withVersion(bytes: Buffer, version: string): Buffer {
  return Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString('utf8')), version }, null, 2))
}

function entryOf(path: string, bytes: Buffer): Buffer[] {
  const header = new Header({ path, mode: 0o644, size: bytes.length, type: 'File', mtime: MTIME })
  const block = Buffer.alloc(BLOCK)
  const isTooLong = header.encode(block)
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)
  return [...(isTooLong ? [new Pax({ path }).encode()] : []), block, bytes, padding]
}
