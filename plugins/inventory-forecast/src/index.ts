import { definePlugin } from '@signalbox/sdk'
import { demandEvents } from './demand/demand-events.ts'
import { forecast } from './forecast/forecast.ts'
import { reorder } from './inventory/reorder.ts'
import { planningService } from './planning/planning-service.ts'
import { advance, nightly } from './runs/runs.ts'
import { selfTest } from './self-test.ts'

export default definePlugin({
  services: { 'inventory.forecast': { forecast, reorder }, 'inventory.planning': planningService },
  on: demandEvents,
  jobs: { nightly, advance },
  selfTest,
})
