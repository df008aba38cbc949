import t from 'tap'
import { readmeOf } from '../../src/publish/readme.ts'

function file(path: string, content: string | Buffer) {
  return { path, bytes: Buffer.from(content) }
}

t.test('the readme is the one in the root, whatever its case', async (t) => {
  const files = [file('docs/README.md', 'other'), file('ReadMe.MD', '# Gate'), file('x', '')]
  t.equal(readmeOf(files), '# Gate')
  t.equal(readmeOf([file('readme-not.md', 'x')]), null)
})

t.test('it is bounded and holds only what the database can hold', async (t) => {
  t.equal(readmeOf([file('README', 'x'.repeat(100_000))])?.length, 64 * 1024)
  t.equal(readmeOf([file('README', 'a\u0000b')]), 'ab')
  const cutInHalf = `${'x'.repeat(64 * 1024 - 1)}😀`
  t.ok(readmeOf([file('README', cutInHalf)])?.isWellFormed())
  t.ok(readmeOf([file('README', Buffer.from([0xff, 0xfe, 0x41]))])?.endsWith('A'))
})
