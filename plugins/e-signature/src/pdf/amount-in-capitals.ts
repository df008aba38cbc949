const DIGITS = '零壹贰叁肆伍陆柒捌玖'
const PLACES = ['', '拾', '佰', '仟'] as const

/**
 * An amount of renminbi in Chinese capitals, as the People's Bank's rules for bills and vouchers write it (支付结算办法,
 * annex 1): `壹佰贰拾叁元肆角伍分`, `壹万零伍拾元整`, `伍分`. Of a decimal text with two places at most, below 10^16.
 * Null: it is no such amount.
 */
export function amountInCapitals(amount: string): string | null {
  const parts = /^(-?)(0|[1-9]\d{0,15})(?:\.(\d{1,2}))?$/.exec(amount)
  if (parts === null) return null
  const [, minus, whole = '0', cents = ''] = parts
  const [jiao, fen] = [Number(cents[0] ?? 0), Number(cents[1] ?? 0)]
  const yuan = whole === '0' ? '' : `${wholeInCapitals(whole)}元`
  const sign = minus === '-' && (yuan !== '' || jiao + fen > 0) ? '负' : ''
  if (jiao === 0 && fen === 0) return `${sign}${yuan === '' ? '零元' : yuan}整`
  // A zero is said where jiao is passed over, not at the beginning.
  const tenths = jiao > 0 ? `${DIGITS[jiao]}角` : yuan === '' ? '' : '零'
  // After jiao the end is 整, after fen it is not.
  return `${sign}${yuan}${tenths}${fen > 0 ? `${DIGITS[fen]}分` : '整'}`
}

/** Beyond eight digits by 亿, which itself may stand after 万: mainland bills do not write 兆. */
function wholeInCapitals(whole: string): string {
  if (whole.length <= 8) return groupsInCapitals(whole)
  const [high, low] = [whole.slice(0, -8), whole.slice(-8)]
  const rest = low.replace(/^0+/, '')
  const isZeroSaid = rest !== '' && rest.length < 8
  return `${groupsInCapitals(high)}亿${isZeroSaid ? '零' : ''}${groupsInCapitals(rest)}`
}

/** Two groups of four digits; zeros between digits are said once, those at the end of a group are not. */
function groupsInCapitals(digits: string): string {
  let text = ''
  let isZeroOwed = false
  for (let at = 0; at < digits.length; at++) {
    const power = digits.length - 1 - at
    const digit = Number(digits[at])
    if (digit === 0) isZeroOwed = text !== ''
    else {
      text += `${isZeroOwed ? '零' : ''}${DIGITS[digit]}${PLACES[power % 4]}`
      isZeroOwed = false
    }
    if (power === 4) text += '万'
  }
  return text
}
