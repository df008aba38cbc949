import { definePlugin } from '@signalbox/sdk'

export default definePlugin({
  services: { 'bench.noop': { run: () => ({ ok: true }) } },
})
