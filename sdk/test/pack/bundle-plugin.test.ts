import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import t, { type Test } from 'tap'
import { bundlePlugin } from '../../src/pack/bundle-plugin.ts'

/** Bundles sources that put what they have to say into `said`. */
async function bundled(t: Test, name: string, files: Readonly<Record<string, string | object>>) {
  const folder = join(t.testdir({}), name)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await writeFile(join(folder, path), text)
  }
  const { code, warnings } = await bundlePlugin(folder, '@acme/echo')
  const text = Buffer.from(code).toString('utf8')
  const realm = createContext(Object.create(null))
  runInContext(text, realm)
  return { text, warnings, said: runInContext('__signalbox_plugin.said', realm) }
}

t.test('of two builds of a package a guest gets the one for the web', async (t) => {
  const exported = { node: './node.js', browser: './web.js', default: './node.js' }
  const { said, warnings } = await bundled(t, 'both', {
    'src/index.ts': `export { where as said } from 'both'`,
    'node_modules/both/package.json': { name: 'both', type: 'module', exports: exported },
    'node_modules/both/web.js': 'export const where = "the web"',
    'node_modules/both/node.js': 'import "node:fs"\nexport const where = "Node"',
  })
  t.equal(said, 'the web')
  t.same(warnings, [])
})

t.test(
  'a bundle beyond 1 MiB goes without its blanks, keeps its names, and says its size',
  async (t) => {
    const steps = (count: number) =>
      Array.from({ length: count }, (_, n) => {
        const lines = [`export function step${n}(value) {`, `      const next = value + ${n}`]
        return [...lines, '      return next', '}', ''].join('\n')
      }).join('')
    const sized = (name: string, count: number) =>
      bundled(t, name, {
        'src/index.ts': `import * as steps from 'many'\nexport const said = Object.values(steps).reduce((sum, step) => step(sum), 0)`,
        'node_modules/many/package.json': { name: 'many', type: 'module', exports: './many.js' },
        'node_modules/many/many.js': steps(count),
      })
    const small = await sized('small', 6000)
    t.match(small.text, /function step7\(value\) \{\n/, 'an auditor reads it as it was written')
    const large = await sized('large', 12_000)
    t.match(large.text, /function step7\(value\)\{/, 'names stay')
    t.ok(large.text.length < 1.8 * small.text.length, 'twice the functions, without blanks')
    t.match(large.warnings, [/^the bundle has \d+ bytes: look what it imports$/])
    t.equal(small.said, (6000 * 5999) / 2)
    t.equal(large.said, (12_000 * 11_999) / 2, 'and it computes the same')
  },
)
