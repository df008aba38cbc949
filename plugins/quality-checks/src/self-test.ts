import { spcSelfTest } from './spc/spc-self-test.ts'

/** Refuses to serve where arithmetic does not give the known answers; touches no table. */
export function selfTest(): void {
  spcSelfTest()
}
