import type { Knex } from 'knex'
import { ConfigMarks } from '../invocations/config-marks.ts'
import type { StopStack } from '../stop-stack.ts'
import type { ContentStore } from '../storage/content-store.ts'
import { LogRetention } from './log-retention.ts'
import { LogWriter } from './log-writer.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly log: { warn(fields: object, message: string): void }
}

/** What plugins log is kept for the admins of their tenants. Stopped after the calls, whose last lines it writes. */
export function openPluginLogs({ knex, contents, log }: Ports, stops: StopStack): LogWriter {
  const now = Date.now
  const marks = new ConfigMarks({ knex, contents })
  const retention = new LogRetention({ knex, now, log })
  const writer = new LogWriter({
    knex,
    configMarks: (plugin, version) => marks.of(plugin, version),
    wrote: (lines) => retention.wrote(lines),
    now,
    log,
  })
  retention.start()
  stops.push(() => retention.stop())
  writer.start()
  stops.push(() => writer.stop())
  return writer
}
