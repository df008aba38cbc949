import { randomBytes } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFolder } from '../../src/storage/data-folder.ts'
import { withDatabase } from '../../src/storage/databases.ts'
import { EmbeddedPostgres } from '../../src/storage/embedded-postgres.ts'
import { HostProcess, type HostSettings, type Teardown, temporaryHome } from './host-process.ts'

export interface OwnServerHost {
  readonly host: HostProcess
  readonly hostUrl: string
  readonly pluginUrl: string
  /** Of PostgreSQL, with its log and all that it has written. */
  readonly serverFolder: string
  readonly home: string
  /** The host's own keys. */
  readonly keyFile: string
}

const silent = { info: () => undefined, warn: () => undefined }

/** A host with a PostgreSQL of its own: whoever searches all of the server must not meet what other tests left. */
export async function startOwnServerHost(
  t: Teardown,
  settings: Pick<HostSettings, 'environment' | 'onOutput'> = {},
): Promise<OwnServerHost> {
  const home = await temporaryHome(t)
  const around = await temporaryHome(t)
  // Under root PostgreSQL is another account, which must get through.
  await chmod(around, 0o711)
  const folder = await openDataFolder(join(around, 'server'))
  const password = await folder.readOrCreateSecret('postgres-password')
  const server = await EmbeddedPostgres.start({
    dataFolder: folder.path,
    password,
    log: silent,
    systemState: join(tmpdir(), 'signalbox-test'),
  })
  t.teardown(async () => {
    await server.stop()
    await folder.release()
  })
  const hostUrl = withDatabase(server.url, 'signalbox')
  const pluginUrl = withDatabase(server.url, 'signalbox_plugins')
  const keyFile = join(around, 'keys')
  await writeFile(keyFile, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  const environment = { ...settings.environment, SIGNALBOX_KEY_FILE: keyFile }
  const host = await HostProcess.start(t, { ...settings, environment, home, databaseUrl: hostUrl })
  return { host, hostUrl, pluginUrl, serverFolder: join(folder.path, 'postgres'), home, keyFile }
}

/** The teardowns of something that is no test, such as a bench: run the last one first. */
export class Teardowns implements Teardown {
  readonly #steps: (() => unknown)[] = []

  teardown = (step: () => unknown): void => {
    this.#steps.push(step)
  }

  async run(): Promise<void> {
    for (const step of this.#steps.reverse()) await step()
  }
}
