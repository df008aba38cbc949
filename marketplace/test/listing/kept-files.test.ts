import { checkPackage } from '@signalbox/sdk/check'
import t from 'tap'
import { keptFiles } from '../../src/listing/kept-files.ts'

const manifest = { listing: { screenshots: [{ file: 'z.png', alt: { en: 'It' } }] } } as never
const file = (path: string, bytes: Buffer | string) =>
  ({ path, bytes: Buffer.from(bytes), sha256: '' }) as never
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

t.test('a long text is kept as far as pages go, in whole lines', async (t) => {
  const lines = `## 2.0.0\n${'- mended\n'.repeat(10_000)}`
  const [kept] = keptFiles([file('CHANGELOG.md', lines)], manifest)
  const text = kept?.bytes.toString() ?? ''
  t.ok(text.length <= 65_536 && text.length > 65_000)
  t.ok(lines.startsWith(text) && text.endsWith('- mended\n'))
  const [one] = keptFiles([file('README.md', 'x'.repeat(70_000))], manifest)
  t.equal(one?.bytes.length, 65_536)
})

t.test('terms and a licence are kept whole or not at all', async (t) => {
  const long = '1. You owe us nothing.\n'.repeat(5_000)
  const terms = { ...(manifest as object), terms: { file: { en: 'TERMS.md' } } } as never
  const files = [file('TERMS.md', long), file('LICENSE', long), file('README.md', long)]
  t.same(
    keptFiles(files, terms).map(({ path }) => path),
    ['README.md'],
  )
  const short = keptFiles([file('TERMS.md', 'a'), file('LICENSE', 'b')], terms)
  t.match(short, [{ kind: 'license' }, { kind: 'terms' }])
})

t.test('what a page shows the beginning of, the checks say of the same texts', async (t) => {
  const paths = [
    ...['README.md', 'README.txt', 'readme.zh-cn.md', 'CHANGES.fr', 'HISTORY.markdown', 'LICENCE'],
    ...['docs/a.md', 'docs/b/c.markdown', 'TERMS.md', 'notes.md', 'README.long-er.md'],
  ]
  const bytes = Buffer.from('line\n'.repeat(20_000))
  const told = checkPackage(
    new Map([
      ['package.json', Buffer.from(JSON.stringify({ signalbox: {} }))],
      ...paths.map((path) => [path, bytes] as const),
    ]),
  ).flatMap(({ rule, file }) => (rule === 'docs/too-long' ? [file] : []))
  const short = paths.map((path) => file(path, 'short'))
  t.same(
    told.sort(),
    keptFiles(short, {} as never)
      .map(({ path }) => path)
      .sort(),
  )
})

t.test('screenshots are kept before pictures that only lie there, by their bytes', async (t) => {
  const others = Array.from({ length: 40 }, (_, index) => file(`a${index}.png`, png))
  const drawing = file('b.svg', '<svg onload="alert(1)"/>')
  const large = file('c.png', Buffer.concat([png, Buffer.alloc(2 * 1024 * 1024)]))
  const kept = keptFiles([...others, drawing, large, file('z.png', png)], manifest)
  t.equal(kept.length, 32)
  t.equal(kept[0]?.path, 'z.png')
  t.notOk(kept.some(({ path }) => path === 'b.svg' || path === 'c.png'))
  t.ok(kept.every(({ mediaType }) => mediaType === 'image/png'))
})
