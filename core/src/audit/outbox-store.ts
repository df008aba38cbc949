import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { hostEventType } from '../host-events/host-event-types.ts'
import { queueNews } from '../host-events/host-news-store.ts'

/** A CloudEvents 1.0 event in the making; it leaves the host by the outbox, after its transaction. */
export interface OutboxEvent {
  readonly type: string
  readonly subject: string
  readonly tenant: string | null
  readonly traceId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

export async function insertOutboxEvent(trx: Knex, event: OutboxEvent): Promise<void> {
  const [row] = await trx('outbox_events')
    .insert({
      id: randomUUID(),
      type: event.type,
      subject: event.subject,
      tenant: event.tenant,
      trace_id: event.traceId,
      data: JSON.stringify(event.data),
    })
    .returning('sequence')
  if (hostEventType(event.type) !== undefined) await queueNews(trx, row.sequence)
}
