import { dbQueryVsPg } from './broker-db.ts'
import { brokerHostCalls } from './broker-host-calls.ts'

/** What the broker costs: in front of any host call, and in front of one select. */
export async function run(): Promise<Record<string, unknown>> {
  return { ...(await brokerHostCalls()), ...(await dbQueryVsPg()) }
}
