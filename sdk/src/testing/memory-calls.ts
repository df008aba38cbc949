import { type CloudEvent, cloudEvent, hopsOf, pluginSource } from '../host-calls/cloud-event.ts'
import {
  type DbBatch,
  type DbQuery,
  type DbTransaction,
  dbBatchRule,
  dbQueryRule,
  dbTransactionRule,
  resultLimits,
} from '../host-calls/db-rules.ts'
import {
  type EventWish,
  eventsPublishRule,
  requireData,
  requirePublisher,
} from '../host-calls/event-rules.ts'
import { hostRefusals } from '../host-calls/host-refusals.ts'
import {
  instantOf,
  jobsCancelRule,
  jobsListRule,
  jobsScheduleRule,
  payloadText,
  requireJob,
  type ScheduleWish,
} from '../host-calls/job-rules.ts'
import { MAX_UNITS, type MeterRequest, meterRule } from '../host-calls/meter-rules.ts'
import { type NotifyRequest, notifySendRule } from '../host-calls/notify-rules.ts'
import {
  coveredService,
  type ServiceRequest,
  servicesCallRule,
} from '../host-calls/service-rules.ts'
import { assetCalls } from './memory-assets.ts'
import { blobCalls } from './memory-blobs.ts'
import type { Admitted, MemoryCall, MemoryPorts } from './memory-call.ts'
import { fetchCall } from './memory-fetch.ts'
import { linkCalls } from './memory-links.ts'
import { tenantCalls } from './memory-tenant.ts'
import { lacks } from './test-answers.ts'
import { askUsed } from './used-contracts.ts'

/** The host calls of a test host: the rules of a real one, and what is kept in memory or answered by the test. */
export function memoryCalls(ports: MemoryPorts): Readonly<Record<string, MemoryCall>> {
  return {
    ...databaseCalls(ports),
    ...jobCalls(ports),
    ...blobCalls(ports),
    ...assetCalls(ports),
    ...linkCalls(ports),
    ...tenantCalls(ports),
    'http.fetch': fetchCall(ports),
    'events.publish': {
      ...eventsPublishRule,
      run: (call: Admitted<EventWish>) => {
        const event = preparedEvent(ports, call, call.request)
        keepEvents(ports, [event])
        return { id: event.id }
      },
    },
    'services.call': {
      ...servicesCallRule,
      run: async ({ request, grant }: Admitted<ServiceRequest>) => {
        const covered = coveredService(grant, request)
        const name = `${covered?.service}@${covered?.major}`
        const answer = ports.answers.services?.[name]?.[request.operation]
        const option = `services: { '${name}': { ${request.operation}: (input) => … } }`
        const { used } = ports.installed
        if (covered === undefined)
          throw new Error('a grant was chosen that does not cover the call')
        return askUsed(
          used,
          { ...covered, operation: request.operation },
          request.input,
          (input) => {
            if (answer !== undefined) return answer(input)
            throw lacks(ports.installed, `${name}/${request.operation}`, option)
          },
        )
      },
    },
    'notify.send': {
      ...notifySendRule,
      run: async ({ request }: Admitted<NotifyRequest>) => {
        const { channel } = request
        const { channels = {} } = ports.answers
        const send = Object.hasOwn(channels, channel) ? channels[channel] : undefined
        if (send === undefined) throw hostRefusals.create('CHANNEL_MISSING', { channel })
        ports.memory.messages.push(request)
        return (await send(request)) ?? null
      },
    },
    meter: { ...meterRule, run: (call: Admitted<MeterRequest>) => metered(ports, call) },
  }
}

function metered({ memory, installed }: MemoryPorts, { request, asker }: Admitted<MeterRequest>) {
  const { unit, n } = request
  if (!memory.units.has(unit) && memory.units.size >= MAX_UNITS) {
    const { plugin, version } = installed
    const { tenant } = asker
    throw hostRefusals.create('METER_UNITS_TOO_MANY', { plugin, version, tenant, limit: MAX_UNITS })
  }
  memory.units.add(unit)
  memory.metered.push({ unit, n })
  return null
}

/** @throws what a real host says of an event that a plugin would publish */
function preparedEvent(
  { installed, memory, now }: MemoryPorts,
  { asker, grants, origin }: Admitted<unknown>,
  wish: EventWish,
): CloudEvent {
  const { plugin, version, events } = installed
  const by = { plugin, version, tenant: asker.tenant, grants, hops: hopsOf(origin) }
  requirePublisher({ ...by, isDeclared: (type) => events.has(type) }, wish.type)
  const validate = events.get(wish.type)
  if (validate === undefined) throw new Error(`${wish.type} is declared, and has no schema`)
  requireData(by, wish, validate)
  const { type, data = null, key } = wish
  return cloudEvent({
    id: wish.id ?? `event-${memory.next()}`,
    source: pluginSource(plugin),
    version,
    type,
    key,
    data: structuredClone(data),
    at: now(),
    traceparent: `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-00`,
    origin,
  })
}

/** Published twice under one id it is one event. */
function keepEvents({ memory }: MemoryPorts, events: readonly CloudEvent[]): void {
  for (const event of events) {
    if (!memory.events.some(({ id, source }) => id === event.id && source === event.source)) {
      memory.events.push(event)
    }
  }
}

function databaseCalls(ports: MemoryPorts): Readonly<Record<string, MemoryCall>> {
  return {
    'db.query': {
      ...dbQueryRule,
      run: async ({ request }: Admitted<DbQuery>) => {
        const result = await askDatabase(ports, request)
        requireFew(ports, [result])
        return result
      },
    },
    'db.batch': {
      ...dbBatchRule,
      run: async ({ request: { sql, parameterRows } }: Admitted<DbBatch>) => {
        const rowCounts: number[] = []
        for (const parameters of parameterRows) {
          rowCounts.push((await askDatabase(ports, { sql, parameters })).rowCount)
        }
        return { rowCounts, rowCount: rowCounts.reduce((sum, count) => sum + count, 0) }
      },
    },
    'db.transaction': {
      ...dbTransactionRule,
      run: async (call: Admitted<DbTransaction>) => {
        const { statements, events: wishes = [] } = call.request
        const events = wishes.map((wish) => preparedEvent(ports, call, wish))
        const results: DbResult[] = []
        for (const [index, statement] of statements.entries()) {
          const result = await askDatabase(ports, statement)
          const { rows: expected } = statement
          if (expected !== undefined && result.rowCount !== expected) {
            const { plugin } = ports.installed
            const met = result.rowCount
            throw hostRefusals.create('SQL_ROWS_UNEXPECTED', { plugin, index, expected, met })
          }
          results.push(result)
        }
        requireFew(ports, results)
        keepEvents(ports, events)
        return results
      },
    },
  }
}

interface DbResult {
  readonly rows: readonly unknown[]
  readonly rowCount: number
}

async function askDatabase(
  { installed, memory, answers }: MemoryPorts,
  { sql, parameters = [] }: DbQuery,
): Promise<DbResult> {
  const { database } = answers
  if (database === undefined) {
    throw lacks(installed, 'a database', 'database: (sql, parameters) => [{ … }]')
  }
  memory.statements.push({ sql, parameters })
  const given = await database(sql, parameters)
  const { rows, rowCount = rows.length } = 'rows' in given ? given : { rows: given }
  return { rows: JSON.parse(JSON.stringify(rows)), rowCount }
}

/** @throws CORE_SQL_RESULT_TOO_LARGE */
function requireFew({ installed: { plugin } }: MemoryPorts, results: readonly DbResult[]): void {
  const { maxRows, maxBytes } = resultLimits
  const count = results.reduce((sum, { rows }) => sum + rows.length, 0)
  if (count > maxRows) {
    throw hostRefusals.create('SQL_RESULT_TOO_LARGE', { plugin, limit: `${maxRows} rows` })
  }
  const bytes = results.reduce((sum, { rows }) => sum + Buffer.byteLength(JSON.stringify(rows)), 0)
  if (bytes <= maxBytes) return
  throw hostRefusals.create('SQL_RESULT_TOO_LARGE', { plugin, limit: `${maxBytes} bytes` })
}

function jobCalls({ installed, memory, now }: MemoryPorts): Readonly<Record<string, MemoryCall>> {
  return {
    'jobs.schedule': {
      ...jobsScheduleRule,
      run: ({ request, asker }: Admitted<ScheduleWish>) => {
        const { job, key } = request
        requireJob(installed.manifest, asker, job)
        const text = payloadText(job, request.payload)
        const at = instantOf(request, now())
        const same = [...memory.jobs.values()].find(
          (one) => key !== undefined && one.job === job && one.key === key,
        )
        const id = same?.id ?? `sch_${memory.next().toString(16).padStart(24, '0')}`
        const payload = text === null ? undefined : JSON.parse(text)
        memory.jobs.set(id, { id, job, at, payload, ...(key === undefined ? {} : { key }) })
        return { id }
      },
    },
    'jobs.cancel': {
      ...jobsCancelRule,
      run: ({ request: { idOrKey } }: Admitted<{ readonly idOrKey: string }>) => {
        const found = [...memory.jobs.values()].filter(
          ({ id, key }) => id === idOrKey || key === idOrKey,
        )
        for (const { id } of found) memory.jobs.delete(id)
        return { cancelled: found.length }
      },
    },
    'jobs.list': {
      ...jobsListRule,
      run: () => ({
        items: [...memory.jobs.values()].map(({ payload: _payload, ...job }) => ({
          ...job,
          state: 'waiting',
        })),
      }),
    },
  }
}
