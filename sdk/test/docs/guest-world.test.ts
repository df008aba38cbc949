import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bundlePlugin } from '../../src/pack/bundle-plugin.ts'
import { byteFunctions, byteMethods, guestGlobals } from '../../src/pack/guest-globals.ts'

const page = await readFile(new URL('../../docs/guest-world.md', import.meta.url), 'utf8')
const table = page.slice(page.indexOf('| what | bytes |'), page.indexOf('Loading is CPU'))
const rows = [...table.matchAll(/^\| (`.*?) \| (\d+) \|[^|]*\|(.*)\|$/gm)].map(
  ([, names = '', bytes = '', note = '']) => ({ names: namesIn(names), bytes: +bytes, note }),
)

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name)
}

async function bytesOf(t: Test, name: string, expression: string): Promise<number> {
  const folder = join(t.testdirName, name)
  await mkdir(join(folder, 'src'), { recursive: true })
  await writeFile(join(folder, 'src/index.ts'), `export default { use: () => ${expression} }`)
  return (await bundlePlugin(folder, '@test/guest@1.0.0')).code.byteLength
}

t.test('the page lists what can be linked, and nothing else', async (t) => {
  const linked = [
    ...Object.keys(guestGlobals),
    ...byteFunctions.map((name) => `Uint8Array.${name}`),
  ]
  t.same(rows.flatMap(({ names }) => names).sort(), linked.sort())
  const bytes = rows.find(({ names }) => names.includes('Uint8Array.fromBase64'))
  t.same(namesIn(bytes?.note ?? '').sort(), [...byteMethods].sort())
})

t.test('what each adds to a bundle is what the page says, within a tenth', async (t) => {
  t.testdir({})
  const nothing = await bytesOf(t, 'nothing', '1')
  for (const { names, bytes } of rows) {
    const added = (await bytesOf(t, names[0] as string, `[${names}]`)) - nothing
    t.ok(Math.abs(added - bytes) <= Math.max(100, bytes / 10), `${names}: ${added}`)
  }
})

t.test('a bundle has no byte of what it only names', async (t) => {
  t.testdir({})
  const own = `((URL: () => number, fetch = { crypto: 1 }) => [URL(), fetch.crypto])(() => 1)`
  const folder = join(t.testdirName, 'own')
  await mkdir(join(folder, 'src'), { recursive: true })
  await writeFile(join(folder, 'src/index.ts'), `export default { use: () => ${own} }`)
  t.same((await bundlePlugin(folder, '@test/guest@1.0.0')).linked, [])
})
