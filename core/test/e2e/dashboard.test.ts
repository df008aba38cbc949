import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { outboundServer } from '../support/outbound-server.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import { setUpTraced, tracedService } from '../support/traced.ts'

const docs = join(import.meta.dirname, '../../docs')

const elsewhere = await outboundServer(t, (_, response) => response.end('sunny'))
const { hostUrl, pluginUrl } = await testDatabases(t)
const environment = {
  PLUGIN_DATABASE_URL: pluginUrl,
  SIGNALBOX_FETCH_ALLOW: elsewhere.origin,
  SIGNALBOX_KEY_FILE: await keyFile(t),
}
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const { key } = await setUpTraced(host, await temporaryHome(t), elsewhere.origin)
const reply = await fetch(`${host.url}/api/${tracedService}/v1/note`, {
  method: 'POST',
  headers: {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': '"once"',
  },
  body: JSON.stringify({ text: 'x', url: elsewhere.origin }),
})
if (reply.status !== 200) throw new Error(await reply.text())
await reply.text()
interface Query {
  readonly expr?: string
  readonly legendFormat?: string
  readonly definition?: string
}

const dashboard = JSON.parse(await readFile(join(docs, 'grafana/signalbox.json'), 'utf8'))
const queries: readonly Query[] = [
  ...dashboard.panels.flatMap(({ targets = [] }: { targets?: readonly Query[] }) => targets),
  ...dashboard.templating.list.filter(({ definition }: Query) => definition !== undefined),
  ...dashboard.annotations.list,
]

interface Exported {
  readonly names: readonly string[]
  /** Labels of each name that a line of samples has; of a name without samples none. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>
}

async function readMetrics(): Promise<Exported> {
  const text = await (await fetch(`${host.url}/metrics`)).text()
  const labels = new Map<string, Set<string>>()
  for (const [, name = '', pairs = ''] of text.matchAll(/^(signalbox_\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = labels.get(name) ?? new Set()
    for (const [, label = ''] of pairs.matchAll(/(\w+)="/g)) known.add(label)
    labels.set(name, known)
  }
  return { names: [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name), labels }
}

/** What Prometheus itself adds to each sample. */
const added = new Set(['instance', 'job'])

/** @returns a line for each metric, or label of one, that the query asks for and nobody exports */
function missingOf({ expr, definition, legendFormat = '' }: Query, seen: Exported): string[] {
  const asked = String(expr ?? definition)
  const used = [...asked.matchAll(/\b(signalbox_\w+)(?:\{([^}]*)\})?/g)]
  if (used.length === 0) return [`${asked} asks for nothing`]
  const grouped = [...asked.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, by = '']) => by.split(', '))
  const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
  return used.flatMap(([, name = '', selectors = '']) => {
    const has = seen.labels.get(name)
    if (has === undefined && !seen.names.includes(name)) return [`${name} is not exported`]
    const selected = [...selectors.matchAll(/(\w+)[=!]~?"/g)].map(([, label = '']) => label)
    const of = new Set([...selected, ...(used.length === 1 ? [...grouped, ...shown] : [])])
    const missing = [...of].filter((label) => has?.has(label) !== true && !added.has(label))
    return missing.map((label) => `${name} has no ${label}`)
  })
}

/** Samples come one after the other, as what they measure happens and is looked at. */
let exported = await readMetrics()
const missing = () => queries.flatMap((query) => missingOf(query, exported))
await until(async () => {
  exported = await readMetrics()
  return missing().length === 0
}).catch(() => t.comment('something is missing still'))
const { labels: labelsOf, names } = exported

t.test('the dashboard asks only for what a host exports, by labels that it has', async (t) => {
  t.ok(queries.length > 20)
  t.same(missing(), [])
  const variables = dashboard.templating.list.map(({ name }: { name: string }) => name)
  t.same(variables, ['datasource', 'service', 'version', 'objective'])
})

t.test('the table of the documentation has every metric of a host, and no other', async (t) => {
  const page = await readFile(join(docs, 'observability.md'), 'utf8')
  const told = [...page.matchAll(/^\| `(signalbox_\w+)`/gm)].map(([, name = '']) => name)
  const own = names.filter((name) => !/^signalbox_(process|nodejs)_/.test(name))
  t.same(told.toSorted(), own.toSorted())
})

t.test('what the alerts of the documentation ask for is exported', async (t) => {
  const page = await readFile(join(docs, 'observability.md'), 'utf8')
  const used = [...page.matchAll(/expr: (.*)$/gm)].flatMap(([, expr = '']) =>
    [...expr.matchAll(/signalbox_\w+/g)].map(([name]) => name),
  )
  t.ok(used.length > 5)
  for (const name of used) t.ok(labelsOf.has(name) || names.includes(name), name)
})
