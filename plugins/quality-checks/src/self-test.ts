import { dataChecksSelfTest } from './data-checks/data-checks-self-test.ts'
import { samplingSelfTest } from './sampling/sampling-self-test.ts'
import { spcSelfTest } from './spc/spc-self-test.ts'

/** Refuses to serve where the plugin's arithmetic does not give the known answers; touches no table. */
export function selfTest(): void {
  dataChecksSelfTest()
  samplingSelfTest()
  spcSelfTest()
}
