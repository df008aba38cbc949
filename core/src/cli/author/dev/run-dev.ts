import { join } from 'node:path'
import { WarmInspection } from '@signalbox/sandbox'
import { WarmLoad } from '@signalbox/sdk/warm-load'
import { pino } from 'pino'
import { type Host, startHost } from '../../../main.ts'
import { readSettings } from '../../../settings.ts'
import { HostClient } from '../../host-client.ts'
import { say } from '../../language.ts'
import { printError } from '../../output.ts'
import { placedError } from '../placed-error.ts'
import { readContracts, readPluginFolder } from '../plugin-folder.ts'
import { SourcePlaces } from '../source-places.ts'
import { curlLines } from './curl-lines.ts'
import { devLogLine, tellCalls } from './dev-log.ts'
import { DevPackages } from './dev-packages.ts'
import { DevSession } from './dev-session.ts'
import { DevTenant } from './dev-tenant.ts'
import { watchFolder } from './watch-folder.ts'

interface DevOptions {
  readonly port: string
  readonly grant: boolean
  readonly database: string | undefined
}

/** A stop that takes longer is cut off. */
const STOP_TIMEOUT_MS = 15_000

const print = (line: string) => void process.stdout.write(`${line}\n`)

/** Runs until it is told to stop. @throws what keeps the host from starting: another `dev` of the folder, for one */
export async function runDev(wished: string, options: DevOptions): Promise<void> {
  const { folder, name } = await readPluginFolder(wished)
  const inspection = new WarmInspection()
  const bundles = new WarmLoad()
  const packages = new DevPackages(name)
  const places = new SourcePlaces()
  const host = await startHost(devSettings(folder, options), {
    log: pino({ level: 'info' }, { write: (line) => tell(devLogLine(line, places)) }),
    building: { packages, inspect: (tarball, expected) => inspection.inspect(tarball, expected) },
    onServer: (server) => tellCalls(server, print),
  })
  const ends: (() => void)[] = [() => inspection.stop(), () => bundles.stop()]
  stopOnSignal(host, ends)
  const { url } = host
  const client = new HostClient({ url, token: host.adminToken })
  const tenant = new DevTenant(client, name)
  const { grant } = options
  const ports = { folder, client, url, packages, inspection, bundles, tenant, places, grant, print }
  const session = new DevSession(ports)
  const follow = new Following(session, folder, () => introduce(folder, url, tenant))
  print(say({ en: 'host {url}', 'zh-CN': '主机 {url}' }, { url }))
  await follow.begin()
  ends.push(await watchFolder(folder, (at) => void follow.saved(at)))
}

/** Nothing of a host that serves somebody: its own folder, databases and token, and this machine only. */
function devSettings(folder: string, { port, database }: DevOptions) {
  const {
    DATABASE_URL: _database,
    PLUGIN_DATABASE_URL: _plugins,
    SIGNALBOX_ADMIN_TOKEN: _token,
    SIGNALBOX_PUBLIC_URL: _url,
    SIGNALBOX_KEY_FILE: _key,
    SIGNALBOX_TRUSTED_PROXIES: _proxies,
    ...others
  } = process.env
  const own = { HOST: '127.0.0.1', PORT: port, SIGNALBOX_HOME: join(folder, '.signalbox', 'dev') }
  const given = database === undefined ? {} : { DATABASE_URL: database }
  return readSettings({ ...others, ...own, ...given }, folder)
}

function tell(line: string | undefined): void {
  if (line !== undefined) print(line)
}

async function introduce(folder: string, url: string, tenant: DevTenant): Promise<void> {
  const contracts = await readContracts(await readPluginFolder(folder))
  for (const line of curlLines(
    url,
    contracts.map(({ contract }) => contract),
    tenant.keys,
  )) {
    print(line)
  }
}

/** Saves one after the other: what is saved while one is built is built next, all of it at once. */
class Following {
  readonly #session: DevSession
  readonly #folder: string
  readonly #introduce: () => Promise<void>
  #isServing = false
  #running: Promise<void> | undefined
  #waitingSince: number | undefined

  constructor(session: DevSession, folder: string, introduce: () => Promise<void>) {
    this.#session = session
    this.#folder = folder
    this.#introduce = introduce
  }

  async begin(): Promise<void> {
    await this.#guarded(async () => {
      await this.#session.start()
      this.#isServing = true
      await this.#introduce()
      print(say({ en: 'ready; saves are followed', 'zh-CN': '就绪，正在监听保存' }))
    })
  }

  async saved(at: number): Promise<void> {
    this.#waitingSince ??= at
    if (this.#running !== undefined) return
    while (this.#waitingSince !== undefined) {
      const since: number = this.#waitingSince
      this.#waitingSince = undefined
      this.#running = this.#reload(since)
      await this.#running
    }
    this.#running = undefined
  }

  async #reload(since: number): Promise<void> {
    if (!this.#isServing) return this.begin()
    await this.#guarded(async () => {
      const { version, isAnew } = await this.#session.reload()
      const ms = Math.round(performance.now() - since)
      const text = {
        en: 'reloaded in {ms} ms  {version}',
        'zh-CN': '已重新加载，用时 {ms} ms  {version}',
      }
      print(say(text, { ms, version }))
      if (isAnew) await this.#introduce()
    })
  }

  /** What is wrong with a save is told with its place, and changes nothing of what serves. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      printError(await placedError(this.#folder, error), false)
      const text = this.#isServing
        ? { en: 'the version before goes on serving', 'zh-CN': '上一版本继续提供服务' }
        : {
            en: 'nothing serves yet; it is tried again with the next save',
            'zh-CN': '尚无版本提供服务；下次保存时重试',
          }
      print(say(text))
    }
  }
}

/** The first signal stops in order, the second at once. */
function stopOnSignal(host: Host, ends: readonly (() => void)[]): void {
  let isStopping = false
  const stop = () => {
    if (isStopping) process.exit(1)
    isStopping = true
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref()
    for (const end of ends) end()
    host.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
