import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defineCommand } from 'citty'
import { type Logger, pino } from 'pino'
import { type Host, startHost } from '../main.ts'
import { readSettings, type Settings } from '../settings.ts'
import { seedDemo } from './demo.ts'
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
    const settings = readSettings(process.env, process.cwd())
    const log = pino({ level: settings.logLevel }, pino.destination(2))
    const isFirstStart = !existsSync(join(settings.dataFolder, 'admin-token'))
    const host = await startHost(settings, { log })
    stopOnSignal(host, log)
    if (isFirstStart && settings.adminToken === null) printAdminToken(host, settings)
    const lines =
      args.demo === undefined ? [] : await seedDemo(args.demo, host, settings.dataFolder)
    process.stdout.write(`ready ${host.url}\n`)
    for (const line of lines) process.stdout.write(`${line}\n`)
  },
})

function printAdminToken(host: Host, settings: Settings): void {
  const text = {
    en: 'operator token, shown this once and kept in {file}: {token}',
    'zh-CN': '运营者令牌（仅显示一次，保存在 {file}）：{token}',
  }
  const file = join(settings.dataFolder, 'admin-token')
  process.stdout.write(`${say(text, { file, token: host.adminToken })}\n`)
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
