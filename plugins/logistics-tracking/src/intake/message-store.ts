import type { Context, SqlValue, Statement } from '@signalbox/sdk'
import type { KeptBody } from './body-parts.ts'

export type MessageState = 'read' | 'partly' | 'refused' | 'held'

export interface Message {
  readonly message: string
  readonly source: string
  readonly pack: string
  readonly receivedAt: number
  readonly state: MessageState
  readonly scans: number
  readonly faults: readonly { readonly pointer: string; readonly code: string }[]
  readonly body: KeptBody
}

/** One that is read again keeps its body and what it was called. */
export function saveMessage(tenant: string, kept: Message): Statement {
  const { message, source, pack, receivedAt, state, scans, faults, body } = kept
  return {
    sql: `insert into messages (tenant, message, source, pack, received_at_ms, state, scans, faults, body, parts)
          values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10)
          on conflict (tenant, message) do update set state = excluded.state, scans = excluded.scans, faults = excluded.faults`,
    parameters: [
      ...[tenant, message, source, pack, receivedAt, state, scans],
      JSON.stringify(faults),
      body.json,
      body.parts,
    ] as SqlValue[],
  }
}

interface MessageRow {
  readonly message: string
  readonly source: string
  readonly pack: string
  readonly received_at_ms: string | number
  /** Null where it is in parts. */
  readonly body: unknown
  readonly parts: number
}

export async function readMessages(
  { db }: Pick<Context, 'db'>,
  filter: { readonly message?: string; readonly pack?: string; readonly states: readonly string[] },
  most: number,
): Promise<readonly MessageRow[]> {
  const { rows } = await db.query<MessageRow>(
    `select message, source, pack, received_at_ms, body, parts from messages
      where ($1::text is null or message = $1) and ($2::text is null or pack = $2) and state = any($3::text[])
      order by received_at_ms, message limit $4`,
    [filter.message ?? null, filter.pack ?? null, filter.states, most],
  )
  return rows
}

export interface ListedMessage {
  readonly message: string
  readonly source: string
  readonly pack: string
  readonly received_at_ms: string | number
  readonly state: MessageState
  readonly scans: number
  readonly faults: Message['faults']
}

export async function listMessageRows(
  { db }: Pick<Context, 'db'>,
  state: string | null,
  after: { readonly at: number; readonly id: string } | undefined,
  most: number,
): Promise<readonly ListedMessage[]> {
  const { rows } = await db.query<ListedMessage>(
    `select message, source, pack, received_at_ms, state, scans, faults from messages
      where ($1::text is null or state = $1) and ($2::bigint is null or (received_at_ms, message) < ($2, $3))
      order by received_at_ms desc, message desc limit $4`,
    [state, after?.at ?? null, after?.id ?? null, most],
  )
  return rows
}

/** @returns how many were forgotten; scans stay */
export async function pruneMessages({ db }: Pick<Context, 'db'>, before: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from messages where (tenant, message) in (select tenant, message from messages where received_at_ms < $1 limit 5000)`,
    [before],
  )
  return rowCount
}
