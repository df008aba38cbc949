import { gzipSync } from 'node:zlib'
import { Header, Pax } from 'tar'

/** One entry of a tarball made in memory. What npm never makes can be made here. */
export interface TarEntry {
  readonly path: string
  readonly content?: string | Buffer
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory' | 'CharacterDevice' | 'FIFO'
  readonly linkpath?: string
  /** Puts the path into an extended header, where it may hold any characters. */
  readonly paxPath?: string
  /** Written over the name in the header, byte for byte. */
  readonly rawName?: Buffer
}

const BLOCK = 512

export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(BLOCK * 2)])
}

export function tarball(entries: readonly TarEntry[]): Buffer {
  return gzipSync(tar(entries), { level: 9 })
}

function blocksOf(entry: TarEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '')
  const type = entry.type ?? 'File'
  const header = new Header({
    path: entry.path,
    mode: 0o644,
    size: type === 'File' ? content.length : 0,
    type,
    mtime: new Date(0),
    ...(entry.linkpath === undefined ? {} : { linkpath: entry.linkpath }),
  })
  const block = Buffer.alloc(BLOCK)
  header.encode(block, 0)
  if (entry.rawName !== undefined) renameRaw(block, entry.rawName)
  const pax =
    entry.paxPath === undefined
      ? []
      : [new Pax({ path: entry.paxPath, size: content.length }).encode()]
  return [...pax, block, ...(type === 'File' ? [content, padding(content.length)] : [])]
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK)
}

function renameRaw(block: Buffer, name: Buffer): void {
  block.fill(0, 0, 100)
  name.copy(block, 0)
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}

const contract = {
  id: 'test.service',
  major: 1,
  title: { en: 'Test' },
  operations: { run: { input: { type: 'object' }, output: true } },
}

const why = { en: 'For the test' }

export const goodPackageJson = {
  name: '@test/guest',
  version: '1.2.3',
  keywords: ['signalbox-plugin'],
  signalbox: {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: 'Guest' },
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
    capabilities: { 'db:own': [{ quotaMb: 1, why }] },
    config: 'schemas/config.json',
    migrations: 'migrations',
    provides: { services: [{ id: 'test.service', contract: 'contracts/test.service.json' }] },
  },
}

export const expected = { name: '@test/guest', version: '1.2.3' }

/** Entries of a package that passes, with some of its files replaced; null takes a file away. */
export function packageEntries(
  changes: Readonly<Record<string, string | Buffer | object | null>> = {},
): TarEntry[] {
  const files: Record<string, string | Buffer | object | null> = {
    'package.json': goodPackageJson,
    'dist/plugin.js': 'var __signalbox_plugin = { default: {} };',
    'contracts/test.service.json': contract,
    'schemas/config.json': { type: 'object' },
    'migrations/0001-models.expand.sql': 'create table models (id int)',
    'migrations/0001-models.expand.down.sql': 'drop table models',
    'README.md': '# Guest 软件包',
    ...changes,
  }
  return Object.entries(files).flatMap(([path, content]) => {
    if (content === null) return []
    const bytes =
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)
    return [{ path: `package/${path}`, content: bytes }]
  })
}
