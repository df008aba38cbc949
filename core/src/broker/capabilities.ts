import type { JobService } from '../jobs/job-service.ts'
import { jobsCalls } from '../jobs/jobs-call.ts'
import { meterCall } from '../meter/meter-call.ts'
import type { MeterRecorder } from '../meter/meter-recorder.ts'
import type { PluginDatabases } from './db/plugin-databases.ts'
import { dbQuery } from './db-query.ts'
import type { HostCall } from './host-call.ts'
import type { ServiceCaller } from './service-caller.ts'
import { servicesCall } from './services-call.ts'

export interface CapabilityPorts {
  readonly schemas: PluginDatabases
  readonly caller: () => ServiceCaller
  readonly jobs: JobService
  readonly meter: MeterRecorder
  readonly now: () => number
}

/** Every host call by name: all that a plugin can ever ask for. */
export function capabilities({
  schemas,
  caller,
  jobs,
  meter,
  now,
}: CapabilityPorts): Readonly<Record<string, HostCall>> {
  return {
    'db.query': dbQuery((query) => schemas.query(query), now),
    'services.call': servicesCall(
      (call) => caller().call(call),
      (service, major, operation) => caller().isSafe(service, major, operation),
    ),
    ...jobsCalls(jobs),
    meter: meterCall(meter),
  }
}
