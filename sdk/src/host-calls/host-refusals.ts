import { defineErrors } from '../errors/coded-error.ts'
import { hostCallErrors } from './host-call-errors.ts'

/** Utters them under the code that the catalogue of the host has, of which they are a part. */
export const hostRefusals = defineErrors('CORE', hostCallErrors)
