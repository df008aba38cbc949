/**
 * The last digit of a GS1 key (GTIN, SSCC, GLN, GSRN, GSIN …) by GS1 General Specifications §7.9.1: weights 3 and 1
 * alternate from the right, and the digit fills the sum up to a multiple of ten.
 * @param digits the key without its check digit, digits only
 */
export function checkDigit(digits: string): number {
  let sum = 0
  for (let i = digits.length - 1, weight = 3; i >= 0; i--, weight = 4 - weight) {
    sum += (digits.charCodeAt(i) - 48) * weight
  }
  return (10 - (sum % 10)) % 10
}

export function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits)
}

/** Whether the last digit of a whole key is the right one. */
export function isCheckDigitRight(key: string): boolean {
  return /^[0-9]{2,}$/.test(key) && checkDigit(key.slice(0, -1)) === Number(key.at(-1))
}
