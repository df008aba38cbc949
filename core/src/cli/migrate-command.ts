import { defineCommand } from 'citty'
import { pino } from 'pino'
import { readSettings } from '../settings.ts'
import { createKnex } from '../storage/create-knex.ts'
import { openDataFolder } from '../storage/data-folder.ts'
import { migrateDown, migrateUp } from '../storage/migrate.ts'
import { openStorage } from '../storage/open-storage.ts'
import { say } from './language.ts'
import { print } from './output.ts'

export const migrateCommand = defineCommand({
  meta: {
    name: 'migrate',
    description: say({
      en: "Bring the host's own schema up to date; serve does it by itself",
      'zh-CN': '更新主机自身的数据库结构；serve 会自动执行',
    }),
  },
  args: {
    down: {
      type: 'boolean',
      description: say({ en: 'Take the newest migration back', 'zh-CN': '回退最新的迁移' }),
    },
    json: {
      type: 'boolean',
      description: say({ en: 'Print JSON, for machines', 'zh-CN': '输出 JSON，供程序读取' }),
    },
  },
  run: async ({ args }) => {
    const settings = readSettings(process.env, process.cwd())
    const folder = await openDataFolder(settings.dataFolder)
    const storage = await openStorage(
      settings,
      folder,
      pino({ level: 'warn' }, pino.destination(2)),
    )
    const knex = createKnex(storage.hostUrl, { name: 'signalbox migrate', pool: 1 })
    try {
      const names = await (args.down === true ? migrateDown(knex) : migrateUp(knex))
      const nothing = say({ en: 'Nothing to do.', 'zh-CN': '无需迁移。' })
      print(args.json, { migrations: names }, names.length === 0 ? [nothing] : names)
    } finally {
      await knex.destroy()
      await storage.stop()
      await folder.release()
    }
  },
})
