import { defineErrors } from '@signalbox/sdk/errors'
import { guestErrors } from '@signalbox/sdk/host-calls/guest-errors'
import { batchErrors } from './batch/batch-errors.ts'
import { columnsErrors } from './columns/columns-errors.ts'
import { compileErrors } from './compile/compile-errors.ts'
import { packageErrors } from './import/package-errors.ts'
import { laneErrors } from './lane/lane-errors.ts'

/** Every refusal of the sandbox: what became of code and of packages that nobody trusts. */
export const sandboxErrors = defineErrors('SBX', {
  ...guestErrors,
  ...laneErrors,
  ...packageErrors,
  ...compileErrors,
  ...batchErrors,
  ...columnsErrors,
})
