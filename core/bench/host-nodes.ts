import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { HostClient } from '../src/cli/host-client.ts'
import { openDataFolder } from '../src/storage/data-folder.ts'
import { withDatabase } from '../src/storage/databases.ts'
import { EmbeddedPostgres } from '../src/storage/embedded-postgres.ts'

const command = join(import.meta.dirname, '../bin/signalbox.mjs')
const silent = { info: () => undefined, warn: () => undefined }

export interface Node {
  readonly url: string
  readonly client: HostClient
}

export interface HostNodes {
  readonly nodes: readonly Node[]
  readonly databaseUrl: string
  readonly token: string
  /** A folder of this run's own, gone after `stop`. */
  readonly folder: string
  stop(): Promise<void>
}

/** Hosts as processes of their own, started as an operator would, on one database of a server of their own. */
export async function startNodes(count: number): Promise<HostNodes> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-nodes-'))
  const data = await openDataFolder(join(folder, 'postgres'))
  const password = await data.readOrCreateSecret('postgres-password')
  const server = await EmbeddedPostgres.start({ dataFolder: data.path, password, log: silent })
  const token = randomBytes(16).toString('hex')
  const databaseUrl = withDatabase(server.url, 'signalbox')
  const children: ChildProcess[] = []
  const stop = async () => {
    await Promise.all(children.map(ended))
    await server.stop()
    await data.release()
    await rm(folder, { recursive: true, force: true })
  }
  const start = async (name: string): Promise<Node> => {
    const child = spawn(process.execPath, [command, 'serve'], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        // A dead version's handlers would be told one by one.
        LOG_LEVEL: 'fatal',
        SIGNALBOX_HOME: join(folder, name),
        SIGNALBOX_ADMIN_TOKEN: token,
        DATABASE_URL: databaseUrl,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const url = await readyUrl(child)
    return { url, client: new HostClient({ url, token }) }
  }
  try {
    const nodes: Node[] = []
    // One after the other: the first one migrates.
    for (let node = 1; node <= count; node++) nodes.push(await start(`node-${node}`))
    return { nodes, databaseUrl, token, folder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the host has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('ready ')) return line.slice(6)
  }
  throw new Error('the host ended before it was ready')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}
