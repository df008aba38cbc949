import { definePlugin } from '@signalbox/sdk'
import { inspectionService } from './inspection/inspection-service.ts'
import { lotEvents } from './lots/create-inspection.ts'

export default definePlugin({
  services: { 'quality.inspection': inspectionService },
  on: lotEvents,
})
