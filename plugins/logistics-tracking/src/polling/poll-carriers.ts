import type { Context } from '@signalbox/sdk'
import { takeBody } from '../intake/take-body.ts'
import { isEnded, type Status } from '../scans/status.ts'
import { pollInterval } from './poll-interval.ts'
import { type DuePoll, duePolls, savePoll } from './poll-store.ts'
import type { Connection, ConnectionName, PollingSettings } from './settings.ts'

/** Of a run; the host allows 600 requests a minute. */
const PER_RUN = 60
/** Of one carrier in a run: the others are not to starve. */
const PER_CARRIER = 20
const AT_ONCE = 4
/** What one request and the writing of its answer may take; a run that has less left leaves the rest to the next. */
const ROOM_MS = 2000

/** Asks after the parcels whose time has come, through each connection that the tenant has set up. */
export async function pollCarriers(ctx: Context): Promise<void> {
  const { polling = {} } = ctx.config as PollingSettings
  for (const name of ['first', 'second'] as const) {
    const connection = polling[name]
    if (connection !== undefined) await pollConnection(ctx, name, connection)
  }
}

async function pollConnection(
  ctx: Context,
  name: ConnectionName,
  connection: Connection,
): Promise<void> {
  const most = connection.perRun ?? PER_RUN
  const due = await duePolls(ctx, name, ctx.now(), { most, perCarrier: PER_CARRIER })
  for (let i = 0; i < due.length; i += AT_ONCE) {
    if (ctx.signal.aborted || ctx.now() > ctx.deadline - ROOM_MS) return
    await Promise.all(due.slice(i, i + AT_ONCE).map((poll) => pollOne(ctx, name, connection, poll)))
  }
}

async function pollOne(
  ctx: Context,
  name: ConnectionName,
  connection: Connection,
  poll: DuePoll,
): Promise<void> {
  const error = await ask(ctx, name, connection, poll)
  const { rows } = await ctx.db.query<{ status: Status; last: string | null }>(
    `select status, state->>'lastScanAt' as last from parcels where parcel = $1`,
    [poll.parcel],
  )
  const now = ctx.now()
  const { status = poll.state.status, last = null } = rows[0] ?? {}
  const failures = error === undefined ? 0 : poll.failures + 1
  const quietMs = Math.max(0, now - Number(last ?? poll.first_seen_at_ms))
  const wait = isEnded(status)
    ? undefined
    : pollInterval({ status, quietMs, failures }, ctx.random())
  const { parcel } = poll
  const saved = { parcel, failures, now, nextAt: wait === undefined ? null : now + wait }
  await savePoll(ctx, error === undefined ? saved : { ...saved, error })
}

/** @returns why it failed */
async function ask(
  ctx: Context,
  name: ConnectionName,
  { url, pack, header = 'authorization', scheme = '', offset }: Connection,
  { parcel, carrier }: DuePoll,
): Promise<string | undefined> {
  const address = url
    .replaceAll('{number}', encodeURIComponent(parcel))
    .replaceAll('{carrier}', encodeURIComponent(carrier))
  try {
    const key = ctx.secrets.ref(`carrier-key-${name}`)
    const response = await fetch(address, { headers: { [header]: `${scheme}${key}` } })
    if (!response.ok) return `HTTP ${response.status}`
    const body: unknown = await response.json()
    const message = `poll:${name}:${parcel}:${ctx.hash('SHA-256', JSON.stringify(body)).slice(0, 16)}`
    await takeBody(ctx, {
      ...{ message, pack, body },
      source: `poll:${pack}`,
      receivedAt: ctx.now(),
      ...(offset === undefined ? {} : { offset }),
    })
    return undefined
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
    return String(code ?? message).slice(0, 200)
  }
}
