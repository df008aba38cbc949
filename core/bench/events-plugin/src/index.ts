import { definePlugin } from '@signalbox/sdk'

export default definePlugin({
  services: { 'bench.events': { run: () => ({}) } },
  on: { 'bench.counted': () => undefined },
})
