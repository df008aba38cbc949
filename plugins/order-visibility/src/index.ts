import { definePlugin } from '@signalbox/sdk'
import { board } from './board/board.ts'
import { factEvents } from './facts/fact-events.ts'
import { flow } from './flow/flow.ts'
import { order } from './order/order-operation.ts'
import { fold, judge } from './projection/fold-jobs.ts'
import { nightly } from './promises/measure-stays.ts'
import { checkReplay } from './replay/check-replay.ts'
import { rebuild, rebuildChunk, rebuildState } from './replay/rebuild.ts'
import { selfTest } from './self-test.ts'
import { revokeShare, share, shared, shares } from './sharing/shares.ts'

export default definePlugin({
  services: {
    'orders.visibility': {
      ...{ order, board, flow, share, shared, shares, revokeShare },
      ...{ rebuild, rebuildState, checkReplay },
    },
  },
  on: factEvents,
  jobs: { judge, fold, nightly, rebuild: rebuildChunk },
  selfTest,
})
