import type { AssetReader } from '../assets/asset-reader.ts'
import type { OpenBlobs } from '../blobs/open-blobs.ts'
import { assetsCall } from './assets-call.ts'
import { blobsCalls } from './blobs-calls.ts'
import type { PluginDatabases } from './db/plugin-databases.ts'
import { dbQuery } from './db-query.ts'
import type { HostCall } from './host-call.ts'
import type { ServiceCaller } from './service-caller.ts'
import { servicesCall } from './services-call.ts'

export interface CapabilityPorts {
  readonly schemas: PluginDatabases
  readonly files: OpenBlobs
  readonly assets: AssetReader
  readonly caller: () => ServiceCaller
  readonly now: () => number
}

/** Every host call by name: all that a plugin can ever ask for. */
export function capabilities({
  schemas,
  files,
  assets,
  caller,
  now,
}: CapabilityPorts): Readonly<Record<string, HostCall>> {
  return {
    'db.query': dbQuery((query) => schemas.query(query), now),
    'assets.read': assetsCall(assets),
    ...blobsCalls(files),
    'services.call': servicesCall(
      (call) => caller().call(call),
      (service, major, operation) => caller().isSafe(service, major, operation),
    ),
  }
}
