import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Schema {
  /** The type of the event. */
  readonly title?: string
  readonly description?: string
  /** `key: ` and what it is published under. */
  readonly $comment?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, unknown>>
}

interface Operation {
  readonly summary: { readonly en: string; readonly 'zh-CN': string }
  readonly safe?: boolean
  readonly requires?: string
}

interface ServiceContract {
  readonly id: string
  readonly major: number
  readonly title: { readonly en: string; readonly 'zh-CN': string }
  readonly operations: Readonly<Record<string, Operation>>
}

const BEGIN = (name: string) => `<!-- generated: ${name} -->`
const END = '<!-- end of generated -->'

/**
 * The page of what the plugins of this repository say to each other: the text that stands there, with its tables made anew
 * from the schemas and contracts beside it.
 * @param folder where the plugins are
 */
export async function pluginsPage(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'README.md'), 'utf8')
  const plugins = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
  const events = await sections(plugins, (plugin) => eventTable(folder, plugin))
  const services = await sections(plugins, (plugin) => serviceTables(folder, plugin))
  return replaced(replaced(text, 'events', events), 'services', services)
}

async function sections(
  plugins: readonly string[],
  make: (plugin: string) => Promise<string | undefined>,
): Promise<string> {
  const made = await Promise.all(plugins.map(make))
  return made.filter((section) => section !== undefined).join('\n\n')
}

async function eventTable(folder: string, plugin: string): Promise<string | undefined> {
  const schemas = await readSchemas<Schema>(join(folder, plugin, 'schemas/events'))
  if (schemas.length === 0) return undefined
  const rows = schemas.map(({ file, schema }) => {
    const required = new Set(schema.required)
    const fields = Object.keys(schema.properties ?? {})
      .map((name) => (required.has(name) ? `**${name}**` : name))
      .join(' ')
    const key = schema.$comment?.replace('key: ', '')
    const link = `[${schema.title}](${plugin}/schemas/events/${file})`
    return `| ${link} | ${key} | ${schema.description} | ${fields} |`
  })
  return `### ${plugin}\n\n| event | key | comes when | data |\n| --- | --- | --- | --- |\n${rows.join('\n')}`
}

async function serviceTables(folder: string, plugin: string): Promise<string | undefined> {
  const contracts = await readSchemas<ServiceContract>(join(folder, plugin, 'contracts'))
  if (contracts.length === 0) return undefined
  const tables = contracts.map(({ file, schema: { id, major, title, operations } }) => {
    const rows = Object.entries(operations).map(
      ([name, { summary, safe, requires }]) =>
        `| \`${name}\` | ${safe === true ? 'read' : 'write'} | ${requires ?? 'apps and plugins'} | ${summary.en} | ${summary['zh-CN']} |`,
    )
    return `**[${id}@${major}](${plugin}/contracts/${file})**: ${title.en} · ${title['zh-CN']}\n\n| operation | is a | users need | does | 说明 |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`
  })
  return `### ${plugin}\n\n${tables.join('\n\n')}`
}

async function readSchemas<T>(folder: string): Promise<{ file: string; schema: T }[]> {
  const files = await readdir(folder).catch(() => [])
  return Promise.all(
    files
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map(async (file) => ({
        file,
        schema: JSON.parse(await readFile(join(folder, file), 'utf8')) as T,
      })),
  )
}

function replaced(text: string, name: string, table: string): string {
  const from = text.indexOf(BEGIN(name))
  const to = text.indexOf(END, from)
  if (from < 0 || to < 0) throw new Error(`plugins/README.md lacks ${BEGIN(name)} … ${END}`)
  return `${text.slice(0, from + BEGIN(name).length)}\n${table}\n${text.slice(to)}`
}
