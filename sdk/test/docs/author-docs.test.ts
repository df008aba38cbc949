import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { callLimits } from '../../src/host-calls/call-limits.ts'
import { MAX_DATA_BYTES, MAX_DEPTH, MAX_HOPS } from '../../src/host-calls/cloud-event.ts'
import { resultLimits } from '../../src/host-calls/db-rules.ts'
import { defaultLimits } from '../../src/manifest/manifest.ts'
import { MAX_BUNDLE_BYTES } from '../../src/pack/bundle-plugin.ts'
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

t.test('the limits of the page of limits are those of the code', async (t) => {
  const text = await page('limits.md')
  const { heapMb, turnMs, deadlineMs, payloadKb } = defaultLimits
  const { hostCalls, hostCallsInFlight, messageLength, messagesLength } = callLimits
  const wanted = [
    ...[`${heapMb} MiB`, `${turnMs} ms`, `${deadlineMs} ms`, `${payloadKb} KiB`],
    ...[hostCalls, hostCallsInFlight, messageLength, messagesLength].map(shown),
    `${MAX_BUNDLE_BYTES / 1024 ** 2} MiB`,
    `${shown(resultLimits.maxRows)}, and ${resultLimits.maxBytes / 1024 ** 2} MiB`,
    `${MAX_DATA_BYTES / 1024} KiB, ${MAX_DEPTH} levels deep`,
    `${MAX_HOPS}`,
  ]
  for (const limit of wanted) t.match(text, `| ${limit} |`)
})

const shown = (count: number) => count.toLocaleString('en')

t.test('the test of the page of tests passes, on the plugin of the guide', async (t) => {
  const folder = t.testdir({ test: {} })
  const guide = await page('first-plugin.md')
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(await page('testing.md')) ?? []
  const files = [...guide.matchAll(/^`([\w./]+)`[^\n]*:\n\n```\w+\n([\s\S]*?)^```$/gm)]
  const own = files.map(([, path = '', content = '']) => [path, content] as const)
  for (const [path, content] of [...own, ['test/say.test.ts', code] as const]) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  const words = ['--no-warnings', '--test', 'test/say.test.ts']
  const env = { PATH: process.env.PATH }
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: folder, env })
  t.match(stdout, /pass 1\n[\s\S]*fail 0/)
})

t.test('every link leads to a page', async (t) => {
  const pages = await readdir(docs)
  for (const name of pages) {
    for (const [, target = ''] of (await page(name)).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      t.ok(pages.includes(target), `${name} → ${target}`)
    }
  }
})
