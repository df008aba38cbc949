import { defineErrors } from '../errors/coded-error.ts'
import { guestErrors } from './guest-errors.ts'

/** Utters them under the code that the catalogue of the sandbox has, of which they are a part. */
export const guestFailures = defineErrors('SBX', guestErrors)
