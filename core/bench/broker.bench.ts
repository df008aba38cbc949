import { dbQueryVsPg } from './broker-db.ts'
import { eventLag } from './broker-events.ts'
import { brokerHostCalls } from './broker-host-calls.ts'
import { securityFigures } from './broker-security.ts'
import { startNodes } from './host-nodes.ts'
import { trustedWire } from './trusted-wire.ts'

/**
 * What the broker costs: in front of any host call, in front of one select, between an event and its handler, and on
 * the wire to a trusted process. And what gets past it.
 */
export async function run(): Promise<Record<string, unknown>> {
  return {
    ...(await brokerHostCalls()),
    ...(await trustedWire()),
    ...(await dbQueryVsPg()),
    ...(await eventFigures()),
    ...(await securityFigures()),
  }
}

async function eventFigures(): Promise<object> {
  const { nodes, token, stop } = await startNodes(2)
  try {
    return await eventLag(nodes.map(({ url }) => url) as [string, string], token)
  } finally {
    await stop()
  }
}
