import { dataChecksSelfTest } from './data-checks/data-checks-self-test.ts'

/** Refuses to serve where an engine does not give known answers; touches no table. */
export function selfTest(): void {
  dataChecksSelfTest()
}
