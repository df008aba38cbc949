import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { amountInCapitals } from '../../src/pdf/amount-in-capitals.ts'

/** The first five are the examples of the rules for bills (支付结算办法, annex 1). */
const known = [
  ['1409.50', '壹仟肆佰零玖元伍角整'],
  ['6007.14', '陆仟零柒元壹角肆分'],
  ['107000.53', '壹拾万零柒仟元伍角叁分'],
  ['16409.02', '壹万陆仟肆佰零玖元零贰分'],
  ['325.04', '叁佰贰拾伍元零肆分'],
  ['0', '零元整'],
  ['0.05', '伍分'],
  ['0.5', '伍角整'],
  ['123', '壹佰贰拾叁元整'],
  ['1230000.00', '壹佰贰拾叁万元整'],
  ['100000000', '壹亿元整'],
  ['100100000', '壹亿零壹拾万元整'],
  ['1000000000000', '壹万亿元整'],
  ['1002000000300', '壹万零贰拾亿零叁佰元整'],
  ['10050', '壹万零伍拾元整'],
  ['-12.30', '负壹拾贰元叁角整'],
] as const

t.test('amounts are written in Chinese capitals as on bills', async (t) => {
  for (const [amount, capitals] of known) t.equal(amountInCapitals(amount), capitals, amount)
  for (const amount of ['', '1,000', '1.234', '01', '1e3', '.5', '12345678901234567']) {
    t.equal(amountInCapitals(amount), null, amount)
  }
})

t.test('what is written says the amount again when it is read', async (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (cents) => {
      const amount = `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`
      const capitals = amountInCapitals(amount) as string
      return centsOf(capitals) === cents && !capitals.includes('零零')
    }),
  )
  t.pass()
})

/** Reads capitals by their places, without a look at how they are written. */
function centsOf(capitals: string): bigint {
  const [yuan = '', rest = ''] = capitals.includes('元') ? capitals.split('元') : ['', capitals]
  let [total, group, digit] = [0n, 0n, 0n]
  for (const character of yuan) {
    const value = '零壹贰叁肆伍陆柒捌玖'.indexOf(character)
    const place = { 拾: 10n, 佰: 100n, 仟: 1000n }[character]
    const power = { 万: 10n ** 4n, 亿: 10n ** 8n }[character]
    if (value >= 0) digit = BigInt(value)
    else if (place !== undefined) [group, digit] = [group + digit * place, 0n]
    else if (power !== undefined)
      [total, group, digit] = [
        character === '亿' ? (total + group + digit) * power : total + (group + digit) * power,
        0n,
        0n,
      ]
  }
  const of = (unit: string) =>
    BigInt('零壹贰叁肆伍陆柒捌玖'.indexOf(rest[rest.indexOf(unit) - 1] ?? '零'))
  const small = (rest.includes('角') ? of('角') * 10n : 0n) + (rest.includes('分') ? of('分') : 0n)
  return (total + group + digit) * 100n + small
}
