import { carrierUdf } from './carriers/carrier-udf.ts'
import { hashUdf } from './epcis/hash-operation.ts'
import { identifierUdfs } from './identifiers/identifier-udfs.ts'
import { placesUdfs } from './places/places-udfs.ts'
import { meanKineticUdf } from './sensors/sensor-operations.ts'

export const logisticsUdfs = {
  ...identifierUdfs,
  ...placesUdfs,
  epcis_event_hash: hashUdf,
  mean_kinetic_temp: meanKineticUdf,
  tracking_carrier: carrierUdf,
}
