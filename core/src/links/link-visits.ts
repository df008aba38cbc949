import type { CallRecord } from '../audit/call-audit.ts'
import type { EffectAudit } from '../broker/effect-audit.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import type { SharedLink } from './link-store.ts'

interface Ports {
  /** Of calls: in batches, reads as counts. */
  readonly audit: { add(record: CallRecord): void }
  readonly effects: Pick<EffectAudit, 'record'>
  readonly onUse: (use: GrantUse) => void
}

/** One visit of a link, as far as it came. */
export interface Visit {
  readonly link: SharedLink
  readonly traceId: string
  /** On the clock of `performance`. */
  readonly began: number
  /** Whether the operation only reads, once it is known. */
  safe: boolean
  /** What let it in, once a version is about to run. */
  reached: { readonly grant: Grant; readonly version: string } | undefined
}

/**
 * What a visit of a link leaves behind. Nobody knows who came, so the audit says by which link: a visit that may change
 * something stands in it before the handler runs; how each one ended is written as calls of apps are, a read costs no
 * row of its own. To follow a link is to use the grant that it was shared by.
 */
export class LinkVisits {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Resolves when the entry is durable. @throws when it cannot be written: then nothing may run */
  begin({ link, traceId }: Visit): Promise<void> {
    return this.#ports.effects.record({
      tenant: link.tenant,
      actor: actorOf(link),
      action: 'link.followed',
      subject: subjectOf(link),
      outcome: 'begun',
      traceId,
      detail: { plugin: link.plugin },
    })
  }

  /** @param outcome `done`, the code of a refusal, or `failed` */
  end({ link, traceId, began, safe, reached }: Visit, outcome: string): void {
    const { tenant, plugin } = link
    const audited = { tenant, actor: actorOf(link), subject: subjectOf(link) }
    this.#ports.audit.add({ ...audited, outcome, traceId, safe })
    if (reached === undefined) return
    this.#ports.onUse({
      tenant,
      plugin,
      version: reached.version,
      capability: 'link:share',
      grant: reached.grant.id,
      facet: `${link.service}/${link.operation}`,
      outcome,
      ms: performance.now() - began,
    })
  }
}

function actorOf({ tenant, id }: SharedLink): string {
  return `link:${tenant}/${id}`
}

function subjectOf({ service, major, operation }: SharedLink): string {
  return `${service}@${major}/${operation}`
}
