/** `mei@acme.example` as `m***@acme.example`: enough to know one's own. */
export function maskMail(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 1 ? '***' : `${address.slice(0, 1)}***${address.slice(at)}`
}

/** `13812345678` as `138****5678`. */
export function maskPhone(number: string): string {
  return number.length < 8 ? '****' : `${number.slice(0, 3)}****${number.slice(-4)}`
}
