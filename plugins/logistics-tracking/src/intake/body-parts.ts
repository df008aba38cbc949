import type { Context } from '@signalbox/sdk'

type Port = Pick<Context, 'db' | 'tenant'>

/**
 * What the row of a message says of its body. One message to the host has 262,144 characters at most, a whole transaction too: a
 * longer body is written ahead of its row, and a row is never without its parts.
 */
export interface KeptBody {
  readonly json: string
  /** 0: the row has the body itself. */
  readonly parts: number
}

/** With the scans that are written in the same message there is room for so much. */
const IN_ROW = 48_000
/** Each character of JSON may be two in the message that carries it. */
const PART = 100_000
/** So many parts fit one answer of the database, however they are escaped. */
const PARTS_AT_ONCE = 4
const FORGOTTEN_AT_ONCE = 500

/** Of a body whose parts are there already. */
export function inParts(parts: number): KeptBody {
  return { json: 'null', parts }
}

/** Writes a long body; again, when a run was cut short before its row was written. */
export async function keepBody(
  { db, tenant }: Port,
  { message, receivedAt }: { readonly message: string; readonly receivedAt: number },
  body: unknown,
): Promise<KeptBody> {
  const json = JSON.stringify(body ?? null)
  if (json.length <= IN_ROW) return { json, parts: 0 }
  const parts = cut(json)
  for (const [part, content] of parts.entries()) {
    await db.query(
      `insert into message_parts (tenant, message, part, received_at_ms, content) values ($1, $2, $3, $4, $5)
        on conflict (tenant, message, part) do update set received_at_ms = excluded.received_at_ms`,
      [tenant, message, part, receivedAt, content],
    )
  }
  return inParts(parts.length)
}

/** Between characters, never between the halves of one: tables keep no half. */
function cut(text: string): string[] {
  const parts: string[] = []
  for (let from = 0; from < text.length; ) {
    const to = Math.min(from + PART, text.length)
    const end = isHighSurrogate(text.charCodeAt(to - 1)) ? to - 1 : to
    parts.push(text.slice(from, end))
    from = end
  }
  return parts
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

/** @returns the body as it was kept */
export async function readBody(
  { db }: Port,
  {
    message,
    parts,
    body,
  }: { readonly message: string; readonly parts: number; readonly body: unknown },
): Promise<unknown> {
  if (parts === 0) return body
  let json = ''
  for (let from = 0; from < parts; from += PARTS_AT_ONCE) {
    const { rows } = await db.query<{ content: string }>(
      'select content from message_parts where message = $1 and part >= $2 and part < $3 order by part',
      [message, from, from + PARTS_AT_ONCE],
    )
    json += rows.map(({ content }) => content).join('')
  }
  return JSON.parse(json)
}

/** @returns how many were forgotten: those of messages that are forgotten by the same time, and of such as never came to a row */
export async function pruneParts({ db }: Port, before: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from message_parts where (tenant, message, part) in
       (select tenant, message, part from message_parts where received_at_ms < $1 limit ${FORGOTTEN_AT_ONCE})`,
    [before],
  )
  return rowCount
}
