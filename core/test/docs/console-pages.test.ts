import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contractCompiler } from '@signalbox/sdk/contract'
import t from 'tap'

const folder = fileURLToPath(new URL('../../../plugins/', import.meta.url))
const readJson = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'))

interface Schema {
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
}

interface Operation {
  readonly input: Schema
  readonly output: Schema
}

interface Bound {
  readonly service: string
  readonly operation: string
  readonly input?: Readonly<Record<string, unknown>>
  readonly ask?: readonly string[]
}

type Block = Readonly<Record<string, unknown>> & { readonly source?: Bound; readonly rows?: string }

interface Page {
  readonly id: string
  readonly requires?: string
  readonly params?: readonly string[]
  readonly blocks?: readonly Block[]
}

/** A card of the first page or a command. */
interface Slot {
  readonly id: string
  readonly requires?: string
  readonly block?: Block
  readonly opens?: { readonly page: string; readonly params?: Readonly<Record<string, string>> }
}

interface PluginPages {
  readonly plugin: string
  readonly pages: readonly Page[]
  readonly widgets: readonly Slot[]
  readonly commands: readonly Slot[]
  readonly permissions: readonly string[]
}

/** Pointers of a block that lead into a row of its source. */
const pointersInRows = [
  ...['at', 'heading', 'text', 'tone', 'column', 'latitude', 'longitude'],
  ...['blob', 'content', 'name'],
]

async function filesOf(pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob(pattern, { cwd: folder })) found.push(file)
  return found.sort()
}

async function readOperations(): Promise<Map<string, Operation>> {
  const operations = new Map<string, Operation>()
  for (const file of await filesOf('*/contracts/*.json')) {
    const contract = await readJson(file)
    for (const [name, operation] of Object.entries(contract.operations)) {
      operations.set(`${contract.id}@${contract.major}/${name}`, operation as Operation)
    }
  }
  return operations
}

async function readPages(): Promise<PluginPages[]> {
  const files = await filesOf('*/package.json')
  return Promise.all(
    files.map(async (file) => {
      const { provides = {} } = (await readJson(file)).signalbox
      const contributes: { point: string; value: Page & Slot }[] = provides.contributes ?? []
      const at = (wanted: string) =>
        contributes.filter(({ point }) => point === wanted).map(({ value }) => value)
      return {
        plugin: file.split('/')[0] as string,
        pages: at('console/page/v1'),
        widgets: at('console/widget/v1'),
        commands: at('console/command/v1'),
        permissions: (provides.permissions ?? []).map(({ id }: { id: string }) => id),
      }
    }),
  )
}

/** Every place of a page that names an operation, wherever it stands. */
function boundTo(value: unknown): Bound[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(boundTo)
  return 'service' in value && 'operation' in value ? [value as Bound, ...inside] : inside
}

function isInSchema(schema: Schema | undefined, parts: readonly string[]): boolean {
  if (schema === undefined) return false
  if (schema.items !== undefined) return isInSchema(schema.items, parts)
  if (schema.anyOf !== undefined) return schema.anyOf.some((one) => isInSchema(one, parts))
  const [part, ...rest] = parts
  if (part === undefined) return true
  const open = schema.additionalProperties
  return isInSchema(
    schema.properties?.[part] ?? (typeof open === 'object' ? open : undefined),
    rest,
  )
}

/** What a block shows of a row, as pointers. */
function shownIn(block: Block): string[] {
  const lists = ['columns', 'fields', 'card', 'series', 'values'].flatMap((name) => {
    const list = block[name]
    return Array.isArray(list) ? list : []
  })
  return [
    ...[...lists, block['x']].flatMap((one) => (typeof one?.field === 'string' ? [one.field] : [])),
    ...pointersInRows.flatMap((name) => (typeof block[name] === 'string' ? [block[name]] : [])),
  ] as string[]
}

const operations = await readOperations()
const plugins = await readPages()

t.test('pages of the console are what the console takes, in both languages', async (t) => {
  const fits = contractCompiler().compile(await readJson('console/schemas/page.json'))
  for (const { plugin, pages, permissions } of plugins) {
    for (const page of pages) {
      t.ok(fits(page), `${plugin} ${page.id}: ${JSON.stringify(fits.errors)}`)
      if (page.requires !== undefined) t.ok(permissions.includes(page.requires), page.requires)
    }
    const ids = pages.map(({ id }) => id)
    t.equal(new Set(ids).size, ids.length, `${plugin} has each page once`)
    const links = JSON.stringify(pages).matchAll(/"(?:link|then)":\{"page":"([^"]+)"/g)
    for (const [, page] of links) t.ok(ids.includes(page as string), `${plugin} links to ${page}`)
  }
})

/** Names that the address of a page is given: its own and those of its filters. */
function paramsOf({ params = [], blocks = [] }: Page): readonly string[] {
  const filters = blocks.flatMap((block) => (block['filters'] ?? []) as { param: string }[])
  return [...params, ...filters.map(({ param }) => param)]
}

/** What is not there of what a card or a command leads to. */
function lostIn(pages: readonly Page[], { id, opens }: Slot): string[] {
  if (opens === undefined) return []
  const page = pages.find((one) => one.id === opens.page)
  if (page === undefined) return [`${id} opens ${opens.page}`]
  const known = paramsOf(page)
  return Object.keys(opens.params ?? {}).filter((param) => !known.includes(param))
}

for (const [name, kind] of [
  ['widget', 'widgets'],
  ['command', 'commands'],
] as const) {
  t.test(`each ${name} is what the console takes, and leads to a page of its plugin`, async (t) => {
    const fits = contractCompiler().compile(await readJson(`console/schemas/${name}.json`))
    for (const { plugin, pages, permissions, [kind]: slots } of plugins) {
      for (const slot of slots) {
        t.ok(fits(slot), `${plugin} ${slot.id}: ${JSON.stringify(fits.errors)}`)
        if (slot.requires !== undefined) t.ok(permissions.includes(slot.requires), slot.requires)
        t.same(lostIn(pages, slot), [], `${plugin} ${slot.id}`)
      }
      const ids = slots.map(({ id }) => id)
      t.equal(new Set(ids).size, ids.length, `${plugin} has each once`)
    }
  })
}

t.test('a word that schemas of the console share means the same in each', async (t) => {
  const page = await readJson('console/schemas/page.json')
  for (const name of ['widget', 'command']) {
    const { $defs } = await readJson(`console/schemas/${name}.json`)
    for (const [word, schema] of Object.entries($defs)) {
      if (word !== 'opening') t.strictSame(schema, page.$defs[word], `${name} ${word}`)
    }
  }
})

t.test('what pages call is there, and takes what they hand over', async (t) => {
  for (const { plugin, pages, widgets, commands } of plugins) {
    const bound = boundTo([pages, widgets, commands])
    for (const { service, operation, input = {}, ask = [] } of bound) {
      const found = operations.get(`${service}/${operation}`)
      t.ok(found, `${plugin}: ${service}/${operation}`)
      for (const name of [...Object.keys(input), ...ask]) {
        t.ok(
          isInSchema(found?.input, name.split('/')),
          `${plugin}: ${service}/${operation} takes ${name}`,
        )
      }
    }
  }
})

t.test('what pages show is in the answers that they show it of', async (t) => {
  for (const { plugin, pages, widgets } of plugins) {
    const cards = widgets.flatMap(({ block }) => (block === undefined ? [] : [block]))
    for (const block of [...pages.flatMap(({ blocks = [] }) => blocks), ...cards]) {
      const { source, rows = '' } = block
      if (source === undefined) continue
      const output = operations.get(`${source.service}/${source.operation}`)?.output
      for (const pointer of shownIn(block)) {
        const parts = `${rows}${pointer}`.split('/').slice(1)
        t.ok(isInSchema(output, parts), `${plugin}: ${source.operation} answers ${rows}${pointer}`)
      }
    }
  }
})
