import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { until } from '../../../sandbox/test/until.ts'
import { formsIn, formsOf } from '../support/canaries.ts'
import type { Teardown } from '../support/host-process.ts'
import { IdentityProvider } from '../support/identity-provider.ts'
import { type OutboundServer, outboundServer } from '../support/outbound-server.ts'
import { type OwnServerHost, startOwnServerHost } from '../support/own-server-host.ts'
import { otlpReceiver } from '../support/traced.ts'
import { useApps } from './app-flows.ts'
import { databaseDump } from './database-dump.ts'
import { cutDatabase, failedStarts } from './host-troubles.ts'
import { usePeople } from './people-flows.ts'
import { marker, plantSecrets, type Secret } from './planted-secrets.ts'
import { commandOf, descendantsOf, memoryOf } from './process-memory.ts'
import { sealedKeys } from './sealed-keys.ts'
import { echoServer, type Told, useSecrets } from './secret-flows.ts'

/** A place that was searched. */
export interface Search {
  readonly place: string
  /** Secrets that lie there, each with the forms it has there. */
  readonly leaks: readonly string[]
  /** Whether the marker lies there, as it must: a place where nothing can be found proves nothing. */
  readonly hasMarker: boolean
  readonly bytes: number
  /** Why it could not be searched. */
  readonly skipped?: string
}

export interface SecretsReport {
  readonly secrets: readonly string[]
  readonly searches: readonly Search[]
}

const publicUrl = 'https://signalbox.acme.example'

/** Servers around the host, each with what came to it. */
interface Around {
  /** Where endpoints of webhooks are. */
  readonly receiver: OutboundServer
  readonly traces: OutboundServer
  /** What hosts said that could not start. */
  readonly unstarted: string
}

/** Runs every flow on a host of its own, and looks for every secret in every place that it must not be in. */
export async function searchSecrets(t: Teardown): Promise<SecretsReport> {
  const output: Buffer[] = []
  const echo = await echoServer(t)
  const receiver = await outboundServer(t, (_, response) => response.writeHead(204).end())
  const { server: traces } = await otlpReceiver(t)
  const provider = await IdentityProvider.start(t)
  const own = await startOwnServerHost(t, {
    environment: {
      LOG_LEVEL: 'trace',
      SIGNALBOX_PUBLIC_URL: publicUrl,
      SIGNALBOX_FETCH_ALLOW: `${echo.origin},${provider.issuer}`,
      SIGNALBOX_WEBHOOK_ALLOW: '127.0.0.1',
      SIGNALBOX_TRACE_SAMPLE: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.origin,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
    onOutput: (bytes) => output.push(bytes),
  })
  await provider.open({
    redirectUri: `${publicUrl}/v1/sign-in/sso/acme/main/callback`,
    postLogoutUri: `${publicUrl}/sign-in`,
  })
  const { keeper, secrets: planted } = await plantSecrets(own, echo.origin)
  const { told, more } = await useSecrets(own, keeper)
  const used = [
    ...planted,
    ...more,
    ...(await usePeople(own.host.url, keeper, provider, told)),
    ...(await useApps(own.host.url, keeper, receiver, told)),
  ]
  const { said: unstarted, secrets: unused } = await failedStarts(t, own)
  told.answers.push(...(await cutDatabase(own, keeper, used)))
  const secrets = [...used, ...unused, ...(await sealedKeys(own))]
  const door = secrets.find(({ name }) => name === 'a secret')
  if (!JSON.stringify(echo.requests).includes(JSON.stringify(door?.value).slice(1, -1))) {
    throw new Error('the secret never left: nothing could have leaked')
  }
  const around = { receiver, traces, unstarted }
  const searches = [
    ...(await searchLanes(own, secrets)),
    ...(await textPlaces(own, told, output)).map(([place, bytes]) =>
      searchBytes(place, bytes, secrets),
    ),
    ...(await placesAround(around)).map(([place, bytes]) => searchBytes(place, bytes, secrets)),
  ]
  return { secrets: secrets.map(({ name }) => name), searches }
}

/** What left the host by itself. */
async function placesAround({ receiver, traces, unstarted }: Around) {
  const bodies = ({ requests }: OutboundServer) => JSON.stringify(requests)
  await until(() => bodies(traces).includes('intruder.one'), 60_000)
  return [
    ['deliveries of webhooks', Buffer.from(bodies(receiver))],
    ['traces', Buffer.from(bodies(traces))],
    ['what a host says that cannot start', Buffer.from(unstarted)],
  ] as const
}

/** Where only numbers and names of the host are told: nothing else could be planted there. */
const controls: Readonly<Record<string, string>> = {
  metrics: 'signalbox_',
  traces: 'intruder.one',
  'deliveries of webhooks': 'webhook-signature',
  'what a host says that cannot start': 'CORE_',
}

function searchBytes(place: string, bytes: Buffer, secrets: readonly Secret[]): Search {
  const leaks = secrets
    .filter(({ entitled = [] }) => !entitled.includes(place))
    .flatMap(({ name, value }) => {
      const forms = formsIn(bytes, value)
      return forms.length === 0 ? [] : [`${name} (${forms.join(', ')})`]
    })
  return {
    place,
    leaks,
    hasMarker: formsIn(bytes, controls[place] ?? marker).length > 0,
    bytes: bytes.length,
  }
}

async function textPlaces(
  own: OwnServerHost,
  { answers, recordings }: Told,
  output: readonly Buffer[],
): Promise<readonly (readonly [string, Buffer])[]> {
  const { host, hostUrl, pluginUrl } = own
  await sayInServerLog(hostUrl)
  const metrics = await (await fetch(`${host.url}/metrics`)).text()
  const page = await host.client.request<{ items: object[] }>('GET', '/v1/audit?limit=200')
  return [
    ['database of the host', await databaseDump(hostUrl)],
    ['database of plugins', await databaseDump(pluginUrl)],
    ['files of PostgreSQL', await serverFiles(own.serverFolder)],
    ["PostgreSQL's log", await readFile(join(own.serverFolder, 'server.log'))],
    ['the log', Buffer.concat(output)],
    ['the audit', Buffer.from(JSON.stringify(page))],
    ['journal and exports of the audit', await auditFiles(own)],
    ['answers', Buffer.from(answers.join('\n'))],
    ['recordings', Buffer.from(recordings.join('\n'))],
    ['metrics', Buffer.from(metrics)],
  ]
}

/** What the node keeps of calls before PostgreSQL has them, and what leaves the host to be verified elsewhere. */
async function auditFiles({ host }: OwnServerHost): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const path of glob('audit/*', { cwd: host.home })) {
    parts.push(await readFile(join(host.home, path)).catch(() => Buffer.alloc(0)))
  }
  const { items } = await host.client.request<{ items: { id: string }[] }>('GET', '/v1/tenants')
  for (const query of ['', ...items.map(({ id }) => `?tenant=${id}`)]) {
    parts.push(Buffer.from(await host.client.requestText('GET', `/v1/audit:export${query}`)))
  }
  return Buffer.concat(parts)
}

/** Ordinary errors are left out of it: what PostgreSQL itself would say is said by its administrator. */
async function sayInServerLog(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`DO $$ BEGIN RAISE LOG '${marker}'; END $$`)
  await client.query('CHECKPOINT')
  await client.end()
}

/** Tables, indexes and the write-ahead log as they lie on the disk, what was deleted included. */
async function serverFiles(folder: string): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const path of glob(['data/base/*/*', 'data/pg_wal/*'], { cwd: folder })) {
    parts.push(await readFile(join(folder, path)).catch(() => Buffer.alloc(0)))
  }
  return Buffer.concat(parts)
}

/** Every process that the host runs guests in, with the heaps of all their isolates. */
async function searchLanes(
  { host }: OwnServerHost,
  secrets: readonly Secret[],
): Promise<readonly Search[]> {
  const place = 'lanes'
  const sought = secrets.filter(({ entitled = [] }) => !entitled.includes(place))
  const longest = Math.max(
    ...sought.flatMap(({ value }) => [...formsOf(value).values()].map(({ length }) => length)),
  )
  const found = new Set<string>()
  let [bytes, hasMarker, skipped] = [
    0,
    false,
    process.platform === 'linux' ? '' : 'there is no /proc',
  ]
  for (const pid of skipped === '' ? await descendantsOf(host.pid) : []) {
    if (!(await commandOf(pid)).includes('lane')) continue
    try {
      for await (const piece of memoryOf(pid, longest)) {
        bytes += piece.length
        hasMarker ||= formsIn(piece, marker).length > 0
        for (const leak of searchBytes(place, piece, sought).leaks) found.add(leak)
      }
    } catch (error) {
      skipped = `the memory of a lane cannot be read: ${(error as Error).message}`
    }
  }
  return [{ place, leaks: [...found], hasMarker, bytes, ...(skipped === '' ? {} : { skipped }) }]
}
