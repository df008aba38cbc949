import type { GuestPorts } from '../../broker/guest-ports.ts'
import { coreErrors } from '../../errors.ts'
import { WatchedCall } from '../../invocations/watched-call.ts'
import type { ShadowMark } from './shadow-mark.ts'

/** Counted as a read so that a safe operation may count what it delivers; here nothing was delivered. */
const METER = 'meter'

/**
 * The host as a shadow call meets it: it reads all that the plugin may read, and changes nothing. It is not
 * metered, not kept, and what it logs says what it is. It stays counted among the calls in flight, so that its
 * version is not taken away under it.
 */
export function shadowPorts(ports: GuestPorts, mark: ShadowMark): GuestPorts {
  return {
    ...ports,
    hostCall: async (scope, name, payloadJson, signal) => {
      if (name === METER) return 'null'
      if (!ports.hasEffect(name, payloadJson)) {
        return ports.hostCall(scope, name, payloadJson, signal)
      }
      mark.onRefused(name)
      const { plugin, version } = scope.version
      throw coreErrors.create('SHADOW_WRITE_REFUSED', { plugin, version, call: shown(name) })
    },
    invocations: {
      watch: (guest) => new WatchedCall(guest),
      ended: () => undefined,
    },
    log: { child: (fields) => ports.log.child({ ...fields, shadow: true }) },
  }
}

/** A guest may ask for anything: what is no name of a host call is not repeated. */
function shown(name: string): string {
  return /^[a-zA-Z.]{1,60}$/.test(name) ? name : 'what is no host call'
}
