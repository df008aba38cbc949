import { hostRefusals } from '../host-calls/host-refusals.ts'
import {
  linkedMissing,
  linksRevokeRule,
  linksShareRule,
  MAX_LINKS,
  requireLink,
  type ShareRequest,
  tooManyLinks,
} from '../host-calls/link-rules.ts'
import type { Admitted, MemoryCall, MemoryPorts } from './memory-call.ts'
import type { SharedLink } from './records.ts'

/** `ctx.links` of a test host. */
export function linkCalls({
  installed,
  memory,
  now,
}: MemoryPorts): Readonly<Record<string, MemoryCall>> {
  const { links } = memory
  return {
    'links.share': {
      ...linksShareRule,
      run: ({ request, grant }: Admitted<ShareRequest>) => {
        const { operation, input } = request
        const { plugin } = installed
        if (!installed.operations.has(operation)) throw linkedMissing(operation)
        const ttlS = requireLink(plugin, grant, request)
        const living = [...links.values()].filter((one) => isLiving(one, now()))
        if (living.length >= MAX_LINKS) throw tooManyLinks(plugin)
        const number = memory.next().toString(16)
        const id = `link_${now().toString(16).padStart(12, '0')}${number.padStart(16, '0')}`
        const url = `https://host.test/links/lnk_${number.padStart(43, '0')}`
        const expiresAt = new Date(now() + ttlS * 1000).toISOString()
        links.set(id, { id, url, operation, input, expiresAt, isRevoked: false })
        return { id, url, expiresAt }
      },
    },
    'links.revoke': {
      ...linksRevokeRule,
      run: ({ request: { id } }: Admitted<{ readonly id: string }>) => {
        const link = links.get(id)
        if (link === undefined || link.isRevoked) return { revoked: false }
        links.set(id, { ...link, isRevoked: true })
        return { revoked: true }
      },
    },
  }
}

/** Of the address that somebody follows. @throws CORE_LINK_MISSING, CORE_LINK_EXPIRED */
export function followedLink(links: Iterable<SharedLink>, url: string, now: number): SharedLink {
  const link = [...links].find((one) => one.url === url)
  if (link === undefined) throw hostRefusals.create('LINK_MISSING')
  if (isLiving(link, now)) return link
  throw hostRefusals.create('LINK_EXPIRED', { expiresAt: link.expiresAt })
}

function isLiving({ isRevoked, expiresAt }: SharedLink, now: number): boolean {
  return !isRevoked && now < Date.parse(expiresAt)
}
