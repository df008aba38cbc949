import { definePlugin } from '@signalbox/sdk'

// biome-ignore lint/style/noDefaultExport: a plugin's entry is one
export default definePlugin({
  services: { 'bench.events': { run: () => ({}) } },
  on: { 'bench.counted': () => undefined },
})
