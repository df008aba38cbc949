import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { contractCompiler } from '@signalbox/sdk/contract'
import t from 'tap'
import { serviceHtml } from '../../src/catalog/page/service-html.ts'
import { curlOf, sampleOf, typeScriptOf } from '../../src/catalog/page/snippets.js'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../../src/catalog/page')
const call = { origin: 'http://host:4400', id: 'orders.list', major: 1, operation: 'list' }

t.test('the shell gives curl exactly the input, whatever is in it', async (t) => {
  const input = { text: `it's "$HOME" \`id\` \\n; 订单`, key: '$(id)' }
  const script = `curl() { for each; do last=$each; done; printf '%s' "$last"; }\n${curlOf({ ...call, input })}`
  const { stdout } = await run('sh', ['-c', script], { env: { SIGNALBOX_KEY: 'of-the-test' } })
  t.same(JSON.parse(stdout), input)
  t.match(curlOf({ ...call, input }), '"Authorization: Bearer $SIGNALBOX_KEY"')
  t.match(
    typeScriptOf({ ...call, input: {} }),
    `import { createClient } from './orders.list.v1.ts'`,
  )
})

t.test('where there is no example, the form begins with an input that fits', async (t) => {
  const schema = {
    type: 'object',
    required: ['status', 'limit', 'sites', 'deep', 'flag'],
    properties: {
      status: { enum: ['open', 'sent'] },
      limit: { type: 'integer', minimum: 1 },
      sites: { type: 'array', minItems: 1, items: { type: 'string' } },
      deep: { type: 'object', required: ['at'], properties: { at: { const: 'x' } } },
      flag: { type: 'boolean' },
    },
  }
  t.ok(contractCompiler().compile(schema)(sampleOf(schema)))
  t.same(sampleOf(true), {})
})

t.test('the script is one that a browser reads, and finds all that it looks for', async (t) => {
  for (const name of ['service.js', 'snippets.js']) {
    await t.resolves(run(process.execPath, ['--check', join(folder, name)]))
  }
  const script = await readFile(join(folder, 'service.js'), 'utf8')
  const html = serviceHtml({ id: 'orders.list', language: 'en', nonce: 'n' })
  const ids = [...script.matchAll(/\bat\('([\w-]+)'\)/g)].map(([, id]) => id)
  t.ok(ids.length > 20)
  t.same(
    ids.filter((id) => !html.includes(`id="${id}"`)),
    [],
  )
  t.notMatch(script, /localStorage|sessionStorage|document\.cookie|innerHTML|history\./)
})
