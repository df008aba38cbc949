import { gzipSync } from 'node:zlib'
import t from 'tap'
import { Header } from 'tar'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { inspectTarball } from '../../src/import/inspect-tarball.ts'
import { packageLimits } from '../../src/import/package-limits.ts'
import { PackageRefusal } from '../../src/import/package-refusal.ts'
import { PlainArchive } from '../../src/import/plain-archive.ts'
import { expected, packageEntries, tar } from './tarball-fixture.ts'

/** Archives that two programs would unpack to different files, made block by block: no library writes them. */

const whole = tar(packageEntries())
const end = Buffer.alloc(1024)
const body = whole.subarray(0, whole.length - end.length)

const fill = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)])

function summed(block: Buffer): Buffer {
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function entry(
  path: string,
  type: string,
  content: string,
  size = Buffer.byteLength(content),
): Buffer {
  const block = Buffer.alloc(512)
  new Header({ path, mode: 0o644, size, type: 'File', mtime: new Date(0) }).encode(block, 0)
  block.write(type, 156, 'latin1')
  return Buffer.concat([summed(block), fill(Buffer.from(content))])
}

const file = (path: string, content = 'x') => entry(`package/${path}`, '0', content)

function pax(type: string, ...records: [key: string, value: string][]): Buffer {
  const lines = records.map(([key, value]) => {
    const line = ` ${key}=${value}\n`
    let length = Buffer.byteLength(line)
    while (Buffer.byteLength(`${length}${line}`) !== length) length += 1
    return `${length}${line}`
  })
  return entry('PaxHeader/x', type, lines.join(''))
}

const archive = (...parts: Buffer[]) => gzipSync(Buffer.concat([body, ...parts, end]))

async function verdict(tarball: Buffer): Promise<string> {
  try {
    const { files } = await inspectTarball(tarball, expected, packageLimits)
    return `${files.length} files`
  } catch (error) {
    if (!(error instanceof PackageRefusal)) throw error
    const { refusal, parameters, faults } = error
    return `${refusal}: ${faults[0]?.detail ?? parameters['reason']}`
  }
}

t.test('what programs would read differently is refused', async (t) => {
  const long = entry('././@LongLink', 'L', 'package/long\0')
  const base256 = file('a')
  base256.fill(0, 124, 136)
  base256[124] = 0x80
  base256[135] = 1
  summed(base256.subarray(0, 512))
  const prefixed = file('a')
  prefixed.fill('p', 345, 345 + 140)
  prefixed.write('package/', 345)
  summed(prefixed.subarray(0, 512))
  const hidden = Buffer.concat([file('hidden'), end])
  const cases: [name: string, tarball: Buffer, reason: RegExp][] = [
    ['zeros after it', Buffer.concat([gzipSync(whole), Buffer.alloc(9)]), /more than one gzip/],
    ['text after it', Buffer.concat([gzipSync(whole), Buffer.from('text')]), /UNREADABLE/],
    ['split in two', Buffer.concat([gzipSync(body), gzipSync(hidden)]), /more than one gzip/],
    ['another behind it', Buffer.concat([gzipSync(whole), gzipSync(hidden)]), /more than one gzip/],
    ['files after the end', gzipSync(Buffer.concat([whole, hidden])), /goes on after its end/],
    ['one block of zeros', archive(Buffer.alloc(512), file('hidden')), /goes on after its end/],
    ['no end', gzipSync(body), /no end/],
    ['a name of GNU', archive(long, file('short')), /type "L"/],
    ['two sizes', archive(pax('x', ['size', '1024']), file('a', ''), file('b')), /two sizes/],
    ['a size twice', archive(pax('x', ['size', '1'], ['size', '1']), file('a')), /cannot be read/],
    ['a zero in a name', archive(pax('x', ['path', 'package/a\0b']), file('a')), /cannot be read/],
    ['a line in a name', archive(pax('x', ['path', 'package/a\nb']), file('a')), /cannot be read/],
    ['a broken record', archive(entry('x', 'x', '99 path=package/b'), file('a')), /cannot be read/],
    ['another type', archive(pax('x', ['type', 'SymbolicLink']), file('a')), /says "type"/],
    ['a link', archive(pax('x', ['linkpath', '/etc']), file('a')), /says "linkpath"/],
    ['a sparse file', archive(pax('x', ['GNU.sparse.name', 'b']), file('a')), /says "GNU\.sparse/],
    ['a name for all', archive(pax('g', ['path', 'package/b']), file('a')), /says "path"/],
    ['one for no entry', archive(pax('x', ['path', 'package/b'])), /of no entry/],
    ['two in a row', archive(pax('x', ['uid', '1']), pax('x', ['uid', '1']), file('a')), /another/],
    [
      'a folder with bytes',
      archive(entry('package/d/', '5', '', 512), file('a')),
      /folder has a size/,
    ],
    [
      'a file as folder',
      archive(entry('package/d/', '0', '', 512), file('a')),
      /folder has a size/,
    ],
    ['a binary size', archive(base256), /octal/],
    ['a cut prefix', archive(prefixed), /long prefix/],
  ]
  for (const [name, tarball, reason] of cases) t.match(await verdict(tarball), reason, name)
})

t.test('what npm, git and other packers write is plain', async (t) => {
  const count = packageEntries().length + 1
  const cases: [name: string, tarball: Buffer][] = [
    ['a long name', archive(pax('x', ['path', 'package/long'], ['size', '1']), file('short'))],
    ['a commit of git', archive(pax('g', ['comment', 'f00']), file('a'))],
    ['attributes of macOS', archive(pax('x', ['LIBARCHIVE.creationtime', '1']), file('a'))],
    ['a folder', archive(entry('package/d/', '5', ''), file('d/a'))],
    ['more zeros', gzipSync(Buffer.concat([body, file('a'), Buffer.alloc(10_240)]))],
  ]
  for (const [name, tarball] of cases) t.equal(await verdict(tarball), `${count} files`, name)
})

t.test('names that a file system of somebody takes for others are refused', async (t) => {
  const pairs = [
    ['s.js', '\u017f.js'],
    ['k.js', '\u212a.js'],
    ['ss.js', '\u1e9e.js'],
    ['fi.js', '\ufb01.js'],
  ] as const
  for (const [one, other] of pairs) {
    const named = pax('x', ['path', `package/${other}`])
    t.match(await verdict(archive(file(one), named, file('a'))), /has the name of/, other)
  }
  const names: [string, RegExp][] = [
    ['a\u200b.js', /invisible/],
    ['a\u202ejs', /invisible/],
    ['con.js', /device/],
    ['dist/AUX', /device/],
    ['a.js:hidden', /Windows/],
    ['node_modules/x/index.js', /no packages/],
  ]
  for (const [name, reason] of names) {
    const named = pax('x', ['path', `package/${name}`])
    t.match(await verdict(archive(named, file('a'))), reason, name)
  }
})

t.test('an archive is judged the same in whatever pieces it comes', async (t) => {
  const pieces = [pax('x', ['path', 'package/long']), file('a', 'x'.repeat(2000)), file('b')]
  const good = Buffer.concat([body, ...pieces, end])
  const bad = Buffer.concat([body, ...pieces, Buffer.alloc(512), file('c'), end])
  const judged = (bytes: Buffer, cuts: readonly number[]) => {
    const plain = new PlainArchive()
    let from = 0
    for (const cut of [...cuts, bytes.length].sort((one, other) => one - other)) {
      plain.write(bytes.subarray(from, cut))
      from = Math.max(from, cut)
    }
    return plain.end()
  }
  fc.assert(
    fc.property(fc.array(fc.nat(good.length), { maxLength: 12 }), (cuts) => {
      return judged(good, cuts) === undefined && /goes on/.test(judged(bad, cuts) ?? '')
    }),
    { numRuns: 200 },
  )
  t.equal(judged(good, []), undefined)
})
