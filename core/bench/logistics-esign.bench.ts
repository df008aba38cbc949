import { Company } from '../test/support/company.ts'
import { startOwnServerHost, Teardowns } from '../test/support/own-server-host.ts'
import { SigningRoom } from '../test/support/signing-room.ts'
import { casesThere } from './business/cases.ts'
import { logisticsCases } from './business/logistics-cases.ts'
import { orderLag, orderReads } from './business/order-views.ts'
import { scanIntake } from './business/scan-intake.ts'
import { scanPermutations } from './business/scan-permutations.ts'
import { signedContracts, signingTimes } from './business/signing.ts'

const EFFORT = Number(process.env['BENCH_EFFORT'] ?? 1)
const wanted = process.env['BENCH_PARTS']?.split(',')
const times = (count: number, least: number) => Math.max(least, Math.round(count * EFFORT))

type Figures = Readonly<Record<string, unknown>>

interface Place {
  readonly company: Company
  readonly room: SigningRoom
  readonly pluginUrl: string
}

/** Parts by name; `BENCH_PARTS=cases,signing` runs just these. Those that need cases say so where the cases are not there. */
const parts: Readonly<Record<string, (place: Place) => Promise<Figures>>> = {
  cases: async ({ company }) => {
    if (casesThere) return logisticsCases(company)
    process.stderr.write('skipped: the reference cases are not beside the project\n')
    return {}
  },
  permutations: ({ company }) => scanPermutations(company, times(1000, 20)),
  intake: ({ company }) => intake(company),
  signatures: ({ company, room }) => signedContracts(company, room, times(10, 1)),
  signing: ({ company, room }) => signingTimes(company, room, times(10, 2)),
  lag: ({ company }) => orderLag(company, times(200, 20)),
  orders: ({ company, pluginUrl }) =>
    orderReads(company, pluginUrl, { orders: times(1_000_000, 10_000), reads: times(200, 20) }),
}

/** Of a tenant that only tracks, and of one whose orders show all of it. */
async function intake(company: Company): Promise<Figures> {
  const wish = { seconds: times(20, 4), scansEach: 10 }
  const tracker = await company.neighbour('tracker', ['business-events', 'logistics-tracking'])
  const alone = await scanIntake(tracker, wish)
  const shown = await scanIntake(company, { ...wish, withOrders: true })
  return {
    scans: alone.scans,
    sent_per_s: alone.sentPerS,
    events_per_s: alone.takenPerS,
    hook_ack_ms_p50: alone.ackMsP50,
    hook_ack_ms_p99: alone.ackMsP99,
    behind_ms: alone.behindMs,
    events_per_s_with_orders: shown.ordersPerS,
    taken_per_s_with_orders: shown.takenPerS,
    hook_ack_ms_p99_with_orders: shown.ackMsP99,
    orders_behind_ms: shown.ordersBehindMs,
  }
}

/**
 * Logistics, e-signature and order visibility as their users meet them: a host, the plugins in its sandbox, carriers' webhooks, signers'
 * links, services over HTTP. What is right or wrong is told beside how long it takes.
 */
export async function run(): Promise<Figures> {
  const teardowns = new Teardowns()
  try {
    const room = await SigningRoom.open(teardowns)
    const { host, pluginUrl } = await startOwnServerHost(teardowns, {
      environment: room.environment,
    })
    const company = await Company.open(teardowns, host, 'bench', [
      'business-events',
      'logistics-tracking',
      'e-signature',
      'order-visibility',
    ])
    await room.furnish(company)
    const place = { company, room, pluginUrl }
    const figures: Record<string, unknown> = {}
    for (const [name, part] of Object.entries(parts)) {
      if (wanted !== undefined && !wanted.includes(name)) continue
      process.stderr.write(`${name} …\n`)
      Object.assign(figures, await part(place))
    }
    return figures
  } finally {
    await teardowns.run()
  }
}
