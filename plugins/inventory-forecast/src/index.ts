import { definePlugin } from '@signalbox/sdk'
import { forecast } from './forecast/forecast.ts'
import { reorder } from './inventory/reorder.ts'
import { selfTest } from './self-test.ts'

export default definePlugin({
  services: { 'inventory.forecast': { forecast, reorder } },
  selfTest,
})
