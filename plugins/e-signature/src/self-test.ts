import { checkAlgorithms } from './algorithms/known-answers.ts'

/** Known answers, checked before a version serves. */
export function selfTest(): void {
  checkAlgorithms()
}
