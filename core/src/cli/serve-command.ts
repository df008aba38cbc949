import { defineCommand } from 'citty'
import type { Logger } from 'pino'
import type { Host } from '../main.ts'
import { withoutTokens } from '../sealing/token-forms.ts'
import { readSettings, type Settings } from '../settings.ts'
import { parseTrusted } from '../trusted/allow-list.ts'
import { type Demo, readDemo } from './demo-file.ts'
import { say } from './language.ts'

/** After it a request that still runs is cut off: a supervisor would kill the process soon. */
const STOP_TIMEOUT_MS = 30_000

export const serveCommand = defineCommand({
  meta: {
    name: 'serve',
    description: say({ en: 'Run the host', 'zh-CN': '运行主机' }),
  },
  args: {
    demo: {
      type: 'string',
      description: say({
        en: 'A demo file: its tenant, app and plugin are set up first',
        'zh-CN': '演示文件：先准备好其中的租户、应用和插件',
      }),
    },
  },
  run: async ({ args }) => {
    const demo = args.demo === undefined ? undefined : await readDemo(args.demo)
    const settings = trusting(readSettings(process.env, process.cwd()), demo)
    // Loaded only now: a wrong setting is told, and help shown, without the second that it takes.
    const [{ startHost }, log] = await Promise.all([
      import('../main.ts'),
      hostLog(settings.logLevel),
    ])
    const host = await startHost(settings, { log, onTokenMade: printAdminToken })
    stopOnSignal(host, log)
    const lines = await seed(demo, host, settings)
    process.stdout.write(`ready ${host.url}\n`)
    for (const line of lines) process.stdout.write(`${line}\n`)
  },
})

/** What a guest says is in it, in its own lines and in its failures: whoever reads logs is not given its links by that. */
async function hostLog(level: string): Promise<Logger> {
  const { pino } = await import('pino')
  return pino({ level, hooks: { streamWrite: withoutTokens } }, pino.destination(2))
}

/** Whoever starts the demo is its operator: what the file trusts is trusted for as long as this host runs. */
function trusting(settings: Settings, demo: Demo | undefined): Settings {
  const trusts = parseTrusted(demo?.trusts?.join(',') ?? null)
  return { ...settings, trusted: [...settings.trusted, ...trusts] }
}

/** A demo that cannot be set up is no demo: the host stops, and the reason is told. */
async function seed(demo: Demo | undefined, host: Host, settings: Settings): Promise<string[]> {
  if (demo === undefined) return []
  try {
    const { seedDemo } = await import('./demo.ts')
    return await seedDemo(demo, host, settings.dataFolder)
  } catch (error) {
    await host.stop()
    throw error
  }
}

function printAdminToken(token: string, file: string): void {
  const text = {
    en: 'operator token, shown this once and kept in {file}: {token}',
    'zh-CN': '运营者令牌（仅显示一次，保存在 {file}）：{token}',
  }
  process.stdout.write(`${say(text, { file, token })}\n`)
}

/** The first signal stops in order, the second at once: nothing acknowledged is lost either way. */
function stopOnSignal(host: Host, log: Logger): void {
  let isStopping = false
  const stop = (signal: string) => {
    if (isStopping) process.exit(1)
    isStopping = true
    log.info({ signal }, 'stopping')
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref()
    host.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the host did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
