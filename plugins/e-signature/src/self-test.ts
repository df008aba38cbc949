import { checkAlgorithms } from './algorithms/known-answers.ts'
import { amountInCapitals } from './pdf/amount-in-capitals.ts'

/** Known answers, checked before a version serves. */
export function selfTest(): void {
  checkAlgorithms()
  // An example of the rules for bills (支付结算办法, annex 1).
  const capitals = amountInCapitals('16409.02')
  if (capitals !== '壹万陆仟肆佰零玖元零贰分') throw new Error(`an amount became "${capitals}"`)
}
