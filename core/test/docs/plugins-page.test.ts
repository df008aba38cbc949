import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contractCompiler, validateContract } from '@signalbox/sdk/contract'
import t from 'tap'
import { pluginsPage } from '../../scripts/plugins-page.ts'

const folder = fileURLToPath(new URL('../../../plugins/', import.meta.url))
const readJson = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'))

async function filesOf(pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob(pattern, { cwd: folder, exclude: ['*/node_modules/**'] })) {
    found.push(file)
  }
  return found.sort()
}

t.test(
  'the page of the plugins is generated from the schemas and contracts beside it',
  async (t) => {
    const text = await readFile(join(folder, 'README.md'), 'utf8')
    t.equal(text, await pluginsPage(folder), 'run npm run generate')
  },
)

t.test('every event of the page has a schema that the host takes, a type and a key', async (t) => {
  const files = await filesOf('*/schemas/events/*.json')
  t.ok(files.length > 50)
  for (const file of files) {
    const schema = await readJson(file)
    t.equal(schema.title.replaceAll('.', '-'), basename(file, '.json'), file)
    t.match(schema.$comment, /^key: \S+$/, file)
    t.type(contractCompiler().compile(schema), 'function', file)
  }
})

t.test(
  'a plugin declares the types that the page says are its own, and every contract is one',
  async (t) => {
    for (const file of await filesOf('*/package.json')) {
      const { signalbox } = await readJson(file)
      const plugin = file.split('/')[0]
      const settled = await filesOf(`${plugin}/schemas/events/*.json`)
      const declared: { type: string; schema: string }[] = signalbox.provides?.events ?? []
      for (const { type, schema } of declared) {
        t.equal((await readJson(`${plugin}/${schema}`)).title, type, `${plugin} ${type}`)
      }
      const schemas = declared.map(({ schema }) => `${plugin}/${schema}`).sort()
      t.strictSame(schemas, settled, `${plugin} declares all of its events`)
    }
    for (const file of await filesOf('*/contracts/*.json')) {
      t.equal(validateContract(await readJson(file)).ok, true, file)
    }
  },
)
