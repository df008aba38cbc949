import type { Refusal } from '@signalbox/sdk'
import { channelRefusal } from './channel-refusal.ts'

/** What of an error of nodemailer or of the host is looked at. Its message is not: a server may put anything there. */
interface Failure {
  readonly code?: unknown
  readonly responseCode?: unknown
  readonly command?: unknown
  readonly originalCode?: unknown
}

/** What of the host's own passes. */
const passing: ReadonlySet<string> = new Set([
  'CORE_BUDGET_SPENT',
  'CORE_DATABASE_UNAVAILABLE',
  'CORE_FETCH_FAILED',
  'CORE_FETCH_TIMEOUT',
])

const unsettled: Readonly<Record<string, string>> = {
  CORE_FETCH_ADDRESS_REFUSED:
    'The mail server has no public address: the operator names it in SIGNALBOX_FETCH_ALLOW.',
  CORE_GRANT_MISSING: 'The plugin needs the grant of secret:use for its password.',
  CORE_INPUT_INVALID: 'The setting host is no name and no address of a machine.',
  CORE_SECRET_NOT_SET: 'Set the secret "password" of the plugin, or leave user out.',
}

/** Why a certificate is not taken, in the words of OpenSSL and Node. */
const CERTIFICATE = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/

/**
 * A failed mail in the words of a channel; by RFC 5321 §4.2.1 the server itself says with 4yz and 5yz what passes.
 * @param error of the host by its code, of the connection, or of the mail
 * @returns the error itself where it is a mistake of this plugin
 */
export function refusalOf(error: unknown): unknown {
  const failure = Object(error) as Failure
  const { code } = failure
  if (typeof code !== 'string') return error
  if (code.startsWith('CORE_')) return refusalOfHost(code) ?? error
  return /^E[A-Z]+$/.test(code) ? refusalOfServer(code, failure) : error
}

function refusalOfHost(code: string): Refusal | undefined {
  const setting = unsettled[code]
  if (setting !== undefined) return channelRefusal('CHANNEL_NOT_SET_UP', `${setting} (${code})`)
  return passing.has(code) ? tryLater(`The host cannot send now (${code}).`) : undefined
}

function refusalOfServer(code: string, failure: Failure): Refusal {
  const { responseCode, originalCode, command } = failure
  const status = typeof responseCode === 'number' ? responseCode : undefined
  const reason = typeof originalCode === 'string' ? originalCode : code
  if (CERTIFICATE.test(reason)) {
    return notSetUp(`The certificate of the mail server is not trusted (${reason}).`)
  }
  if (code === 'ETLS') return notSetUp(`The mail server does not do TLS as set (${reason}).`)
  const isFinal = status !== undefined && isPermanent(status)
  if (status !== undefined && !isFinal) return tryLater(`The mail server said ${status}.`)
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return notSetUp(`The mail server does not take user and password (${status ?? reason}).`)
  }
  if (status === undefined) {
    return code === 'EMESSAGE' || code === 'EENVELOPE'
      ? channelRefusal('CHANNEL_REFUSED', 'The mail server does not take such a mail.')
      : tryLater(`The mail server could not be talked to (${reason}).`)
  }
  if (command === 'MAIL FROM') {
    return notSetUp(`The mail server does not take the address in the setting from (${status}).`)
  }
  return channelRefusal('CHANNEL_REFUSED', `The mail server said ${status}.`)
}

/** 503 is of the session, not of the mail. */
export function isPermanent(status: number): boolean {
  return status >= 500 && status < 600 && status !== 503
}

const tryLater = (message: string) => channelRefusal('CHANNEL_TRY_LATER', message)
const notSetUp = (message: string) => channelRefusal('CHANNEL_NOT_SET_UP', message)
