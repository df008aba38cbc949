import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { defaultLimits } from '../../src/manifest/manifest.ts'
import { packPlugin } from '../../src/pack/pack-plugin.ts'

const docs = new URL('../../docs/', import.meta.url)
const page = (name: string) => readFile(new URL(name, docs), 'utf8')

t.test('the first plugin packs as the guide writes it', async (t) => {
  const folder = t.testdir({})
  const text = await page('first-plugin.md')
  const files = [...text.matchAll(/^`([\w./]+)`[^\n]*:\n\n```\w+\n([\s\S]*?)^```$/gm)]
  t.equal(files.length, 3)
  for (const [, path = '', content = ''] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  const { name, bytes, warnings } = await packPlugin(folder)
  t.equal(name, '@acme/greeting')
  t.ok(bytes > 0)
  t.same(warnings, [])
})

t.test('the typed handler packs in the first plugin, as its page writes it', async (t) => {
  const folder = t.testdir({})
  const guide = await page('first-plugin.md')
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(await page('types.md')) ?? []
  const files = [...guide.matchAll(/^`([\w./]+)`[^\n]*:\n\n```\w+\n([\s\S]*?)^```$/gm)]
  const own = files.map(([, path = '', content = '']) => [path, content] as const)
  for (const [path, content] of [...own, ['src/index.ts', code] as const]) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  t.same((await packPlugin(folder, { types: true })).warnings, [])
  t.match(await readFile(join(folder, 'src/signalbox.gen.ts'), 'utf8'), '"greeting.hello"')
})

t.test('the default limits are those of the code', async (t) => {
  const text = await page('guest-world.md')
  const { heapMb, turnMs, deadlineMs, payloadKb } = defaultLimits
  for (const limit of [`${heapMb} MiB`, `${turnMs} ms`, `${deadlineMs} ms`, `${payloadKb} KiB`]) {
    t.match(text, `| ${limit} |`)
  }
})

t.test('every link leads to a page', async (t) => {
  const pages = await readdir(docs)
  for (const name of pages) {
    for (const [, target = ''] of (await page(name)).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      t.ok(pages.includes(target), `${name} → ${target}`)
    }
  }
})
