import type { Context } from '@signalbox/sdk'
import { pageOf, parsePlace, writePlace } from '../calls/page-place.ts'
import type { Envelope } from './envelope.ts'
import { envelopeOf } from './envelope-store.ts'
import { envelopeView } from './envelope-view.ts'

interface ListInput {
  readonly state?: string
  readonly party?: string
  readonly text?: string
  readonly limit?: number
  readonly cursor?: string
}

/** The newest first; `party` is the name or the organisation of a recipient. */
export async function envelopes(
  { state, party, text, limit = 50, cursor }: ListInput,
  ctx: Context,
) {
  const place = cursor === undefined ? undefined : parsePlace(cursor)
  const { rows } = await ctx.db.query<Parameters<typeof envelopeOf>[0]>(
    `select e.details, e.revision,
      (select coalesce(jsonb_agg(r.details order by r.position), '[]') from envelope_recipients r
        where r.tenant = e.tenant and r.envelope = e.envelope) as recipients,
      (select coalesce(jsonb_agg(d.details order by d.position), '[]') from envelope_documents d
        where d.tenant = e.tenant and d.envelope = e.envelope) as documents
    from envelopes e
    where e.tenant = $1 and ($2::text is null or e.state = $2)
      and ($3::text is null or exists (select from envelope_recipients r where r.tenant = e.tenant and r.envelope = e.envelope
        and (position(lower($3) in lower(r.name)) > 0 or position(lower($3) in lower(r.organisation)) > 0)))
      and ($4::text is null or position(lower($4) in lower(e.title)) > 0 or e.order_id = $4 or e.envelope = $4)
      and ($5::timestamptz is null or (e.created_at, e.envelope) < ($5::timestamptz, $6))
    order by e.created_at desc, e.envelope desc limit $7`,
    [
      ...[ctx.tenant, state ?? null, party ?? null, text ?? null],
      ...[place?.at ?? null, place?.id ?? null, limit + 1],
    ],
  )
  const cursorOf = ({ createdAt, envelope }: Envelope) =>
    writePlace({ at: createdAt, id: envelope })
  return pageOf(rows.map(envelopeOf), limit, cursorOf, envelopeView)
}

/** What waits for the user who asks: his own signatures, in the console. */
export async function toSign(_: unknown, ctx: Context) {
  const { rows } = await ctx.db.query<{
    envelope: string
    recipient: string
    title: string
    expires_at: string
    state: string
    document: string
  }>(
    `select e.envelope, r.recipient, e.title, e.expires_at, r.state,
        (select d.document from envelope_documents d where d.tenant = e.tenant and d.envelope = e.envelope
          order by d.position limit 1) as document
      from envelope_recipients r
      join envelopes e on e.tenant = r.tenant and e.envelope = r.envelope
      where r.tenant = $1 and r.account = $2 and r.state in ('notified', 'viewed') and e.state in ('sent', 'partly-signed')
      order by e.expires_at, e.envelope limit 200`,
    [ctx.tenant, `${ctx.principal.kind}:${ctx.principal.id}`],
  )
  return {
    items: rows.map(({ envelope, recipient, title, expires_at, state, document }) => ({
      ...{
        envelope,
        recipient,
        title,
        state,
        document,
        expiresAt: new Date(expires_at).toISOString(),
      },
    })),
  }
}
