/** GB 32100-2015, 4.6: the alphabet leaves out I, O, S, V and Z. */
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
/** GB 32100-2015, table 3: 3^(i-1) mod 31. */
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]

/**
 * Unified social credit code 统一社会信用代码 (GB 32100-2015): 18 characters, a region of six digits in places 3 to 8, and a
 * check character, C18 = 31 - (Σ Ci·Wi mod 31).
 */
export function isUscc(code: string): boolean {
  if (!/^[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}$/.test(code)) return false
  let sum = 0
  for (const [place, weight] of USCC_WEIGHTS.entries()) {
    sum += USCC_ALPHABET.indexOf(code[place] as string) * weight
  }
  return USCC_ALPHABET[(31 - (sum % 31)) % 31] === code[17]
}

/** GB 11643-1999, as ISO 7064 MOD 11-2: 2^(18-i) mod 11. */
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const ID_CHECKS = '10X98765432'
/** GB/T 2260: the first two digits of a region. */
const PROVINCES: ReadonlySet<number> = new Set([
  11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
  53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91,
])

/** Citizen identification number 公民身份号码 (GB 11643-1999): 18 characters with a province, a date of birth and a check character. */
export function isCnId(id: string): boolean {
  if (!/^[1-9]\d{16}[\dX]$/.test(id) || !PROVINCES.has(Number(id.slice(0, 2)))) return false
  const [year, month, day] = [
    Number(id.slice(6, 10)),
    Number(id.slice(10, 12)),
    Number(id.slice(12, 14)),
  ]
  if (year < 1800 || !isDay(year, month, day)) return false
  let sum = 0
  for (const [place, weight] of ID_WEIGHTS.entries()) sum += Number(id[place]) * weight
  return ID_CHECKS[sum % 11] === id[17]
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
