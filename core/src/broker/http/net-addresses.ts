import { parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import { coreErrors } from '../../errors.ts'
import { requireTrusted } from '../../trusted/require-trusted.ts'
import type { GrantedCall, HostCall } from '../host-call.ts'
import { type AddressPorts, reachableAddresses } from './reachable-addresses.ts'

/** A look-up that is silent for longer is no answer; the call's own deadline may come before. */
const MAX_MS = 5000

interface Request {
  readonly host: string
  readonly port: number
}

interface Ports extends AddressPorts {
  readonly now: () => number
}

/**
 * `ctx.net.addresses`: where a trusted process may connect for a host that a tenant named, by the rules of `fetch`. It
 * has sockets of its own, so this binds who asks; who does not ask was let in by the operator.
 */
export function netAddresses({ now, ...ports }: Ports): HostCall {
  return {
    capability: null,
    covers: () => true,
    schema: {
      type: 'object',
      required: ['host', 'port'],
      additionalProperties: false,
      properties: {
        host: { type: 'string', minLength: 1, maxLength: 255 },
        port: { type: 'integer', minimum: 1, maximum: 65_535 },
      },
    },
    hasEffect: () => false,
    budget: { ratePerS: 10, burst: 200 },
    run: async ({ scope, request: { host, port }, signal }: GrantedCall<Request>) => {
      requireTrusted(scope.version, 'net.addresses')
      const url = urlOf(host, port)
      const { origin } = url
      const ms = Math.max(0, Math.min(MAX_MS, scope.deadline - now()))
      const until = AbortSignal.any([signal, AbortSignal.timeout(ms)])
      const addresses = await reachableAddresses(ports, url, until).catch((error: unknown) => {
        throw until.aborted ? coreErrors.create('FETCH_TIMEOUT', { origin }) : error
      })
      if (addresses.length === 0) throw coreErrors.create('FETCH_FAILED', { origin, reason: 'dns' })
      return addresses
    },
  }
}

/** @throws CORE_INPUT_INVALID for what is more than a host, or none */
function urlOf(host: string, port: number): URL {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const isHost = /^(\[[0-9A-Fa-f:.]+\]|[^/\\?#@:[\]\s*]+)$/.test(name)
  const url = isHost ? parseTarget(`https://${name}:${port}`) : undefined
  if (url !== undefined) return url
  const faults = [{ pointer: '/host', detail: 'must be the name or the address of a machine' }]
  throw coreErrors.create('INPUT_INVALID', {}, { faults })
}
