import type { PluginDatabases } from './db/plugin-databases.ts'
import { dbQuery } from './db-query.ts'
import type { HostCall } from './host-call.ts'
import type { ServiceCaller } from './service-caller.ts'
import { servicesCall } from './services-call.ts'

export interface CapabilityPorts {
  readonly schemas: PluginDatabases
  readonly caller: () => ServiceCaller
  readonly now: () => number
  readonly keys: Readonly<Record<string, HostCall>>
}

/** Every host call by name: all that a plugin can ever ask for. */
export function capabilities({
  schemas,
  caller,
  now,
  keys,
}: CapabilityPorts): Readonly<Record<string, HostCall>> {
  return {
    'db.query': dbQuery((query) => schemas.query(query), now),
    'services.call': servicesCall(
      (call) => caller().call(call),
      (service, major, operation) => caller().isSafe(service, major, operation),
    ),
    ...keys,
  }
}
