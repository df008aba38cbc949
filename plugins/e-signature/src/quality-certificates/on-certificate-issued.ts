import type { Context, PluginEvent } from '@signalbox/sdk'
import { idOf } from '../calls/ids.ts'
import { nowText } from '../calls/instant-text.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { takeBack } from '../envelopes/commands.ts'
import { createEnvelope } from '../envelopes/create-envelope.ts'
import { isOver } from '../envelopes/envelope-states.ts'
import { changeEnvelope, findEnvelope } from '../envelopes/envelope-store.ts'
import { type CertificateSettings, settingsOf } from '../settings.ts'
import { fieldsOf, isSignedAt, type Template } from '../templates/template.ts'
import { requireRow } from '../templates/template-service.ts'

/** The data of `quality.certificate.issued`. */
export interface CertificateIssued {
  readonly certificate: string
  readonly lot: string
  readonly item: string
  /** Of all that the certificate says, in its canonical form. */
  readonly sha256: string
  readonly supersedes?: string
  readonly issuedAt: string
}

const BY = 'event:quality.certificate.issued'

/**
 * A certificate of analysis becomes a draft of the tenant's template, which states it by number and digest: who signs it looks at it and sends
 * it. What a later certificate takes the place of is not signed any more. Without the setting nothing happens.
 */
export const onCertificateIssued =
  (port: DocumentPort) =>
  async ({ data }: PluginEvent<CertificateIssued>, ctx: Context): Promise<void> => {
    const { certificates } = settingsOf(ctx.config)
    if (certificates === undefined) return
    if (data.supersedes !== undefined) await takeBackOlder(ctx, data.supersedes, data)
    await draft(ctx, port, certificates, data)
  }

/** Told twice, it is made once: the certificate's number is the request's name. */
async function draft(
  ctx: Context,
  port: DocumentPort,
  { template, recipients }: CertificateSettings,
  data: CertificateIssued,
): Promise<void> {
  const { details } = await requireRow(ctx, template)
  await createEnvelope(
    ctx,
    port,
    {
      ...{ template, recipients, requestId: data.certificate },
      title: `${details.title} ${data.certificate}`.slice(0, 300),
      data: valuesOf(details, data),
    },
    BY,
  )
}

/** Into fields that are named so: what the template does not ask for is left out. */
function valuesOf(template: Template, data: CertificateIssued): Readonly<Record<string, string>> {
  const { certificate, lot, item, sha256, issuedAt, supersedes = '' } = data
  const known = { certificate, lot, item, sha256, issuedAt: issuedAt.slice(0, 10), supersedes }
  const asked = fieldsOf(template).filter((one) => one.role === undefined && !isSignedAt(one))
  const names = new Set(asked.map(({ field }) => field))
  return Object.fromEntries(
    Object.entries(known).filter(([name, value]) => names.has(name) && value !== ''),
  )
}

async function takeBackOlder(
  ctx: Context,
  older: string,
  { certificate }: CertificateIssued,
): Promise<void> {
  const known = await findEnvelope(ctx, { envelope: idOf(ctx, 'env', BY, older) })
  if (known === undefined) return
  const ended: string[] = []
  await changeEnvelope(ctx, known.envelope, (now) => {
    if (isOver(now.state)) return undefined
    ended.push(...now.recipients.flatMap(({ links }) => links))
    return takeBack(now, `superseded by ${certificate}`, { at: nowText(ctx), who: BY })
  })
  for (const id of ended) await ctx.links.revoke(id)
}
