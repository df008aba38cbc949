import { domainToASCII } from 'node:url'

/** RFC 5322 §3.2.3 `atext` and dots: no quotes, no comments, no spaces, nothing that ends a command or a header. */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/

/**
 * A mail address in the form that goes out: its domain in ASCII, so that `li@例子.公司` is one, too. Pure.
 * @returns undefined for what is none; a local part of other scripts (RFC 6531) is none here
 */
export function mailAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const domain = domainToASCII(text.slice(at + 1))
  const isAddress = local.length <= 64 && LOCAL_PART.test(local) && DOMAIN.test(domain)
  return isAddress ? `${local}@${domain}` : undefined
}
