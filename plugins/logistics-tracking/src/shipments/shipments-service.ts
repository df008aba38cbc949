import { detectCarriers } from '../carriers/detect-carrier.ts'
import { listMappings, setMapping, unmapped } from '../carriers/mappings.ts'
import { importScans } from '../intake/import-scans.ts'
import { messages, replay } from '../intake/replay.ts'
import { quarantine, releaseScan } from '../scans/quarantine.ts'
import { reportScan } from '../scans/report-scan.ts'
import { timeline } from '../scans/timeline.ts'
import { publicTracking, shareTracking } from './public-tracking.ts'
import { registerShipment } from './register-shipment.ts'
import { listShipments, readShipment } from './shipment-reads.ts'

/** Of logistics.shipments: what is of registering, scans and their senders. */
export const shipmentOperations = {
  register: registerShipment,
  shipment: readShipment,
  shipments: listShipments,
  timeline,
  report: reportScan,
  detectCarrier: ({ trackingNumber }: { readonly trackingNumber: string }) => ({
    items: detectCarriers(trackingNumber).slice(0, 20),
  }),
  importScans,
  unmapped,
  mappings: listMappings,
  setMapping,
  quarantine,
  releaseScan,
  messages,
  replay,
  share: shareTracking,
  publicTracking,
}
