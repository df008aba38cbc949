import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { best, median, rounded } from './figures.ts'
import { answer, usPerCall } from './must-answer.ts'
import { orderCall } from './order-plugin.ts'

const ROUNDS = 40
/** As many as one call may make: the call itself is then a small part of what is divided by it. */
const HOST_CALLS = 200

/** From the guest's question to the host's answer inside the guest; the host answers at once. */
export async function hostCalls(): Promise<Record<string, unknown>> {
  const sandbox = await Sandbox.start({ lanes: 1 })
  try {
    progress('host calls')
    const asked = async (atOnce: number) => {
      const input = { calls: HOST_CALLS, atOnce }
      const call = orderCall('ask', { inputJson: JSON.stringify(input) })
      return (await usPerCall(1, 1, () => answer(sandbox, call))) / HOST_CALLS
    }
    const once = orderCall('ask', { inputJson: '{"calls":1,"atOnce":1}' })
    const alone: number[] = []
    const together: number[] = []
    const invocations: number[] = []
    for (let round = 0; round < rounds(ROUNDS, 4); round++) {
      together.push(await asked(50))
      alone.push(await asked(1))
      invocations.push(await usPerCall(500, 50, () => answer(sandbox, once)))
    }
    return {
      host_call_us_50: rounded(best(together)),
      host_call_us_1: rounded(best(alone)),
      host_call_us_50_median: rounded(median(together)),
      host_call_us_1_median: rounded(median(alone)),
      /** A whole call that makes one host call, 50 such calls in flight. */
      call_with_host_call_us_50: rounded(best(invocations)),
    }
  } finally {
    await sandbox.stop()
  }
}
