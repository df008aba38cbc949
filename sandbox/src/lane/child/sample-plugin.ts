import type { OpenRequest } from './guest/runtime.ts'

/** What the usual calls go through: one that answers at once, one that asks the host first. */
export const samplePlugin = `var __signalbox_plugin = { default: { services: { s: {
  now: (input) => input,
  later: async (input, ctx) => [await ctx.db.query('', [])],
} } } };0`

export const sampleOpening: OpenRequest = {
  tenant: '',
  configJson: '{}',
  maxOutputLength: 100,
  features: [],
  seed: '',
}

export const sampleHead = (operation: 'now' | 'later'): string =>
  `s\0${operation}\n${'A'.repeat(22)}\n0\napp\nstable\n0\n-`
