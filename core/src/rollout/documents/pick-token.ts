import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Arm } from '../cohorts/cohort.ts'

/** What a pick was, fixed when it was made: a report is of this, whatever the weight has become since. */
interface Picked {
  readonly rollout: string
  readonly arm: Arm
  /** Chance that it was the new version. */
  readonly probability: number
  /** By it the pick was drawn. */
  readonly requestId: string
  /** Of this pick alone. */
  readonly nonce: string
}

/** Whose pick it is: a token of another tenant, plugin or kind is none. */
interface PickOwner {
  readonly tenant: string
  readonly plugin: string
  readonly kind: string
}

/**
 * A pick as its plugin carries it to the report, which may come much later and on another node. The plugin can read it
 * and not change it: nobody reports for an arm that he was not given.
 */
export function pickToken(key: Buffer, owner: PickOwner, picked: Picked): string {
  const { rollout, arm, probability, requestId, nonce } = picked
  const said = JSON.stringify([rollout, arm, probability, requestId, nonce])
  const body = Buffer.from(said).toString('base64url')
  return `${body}.${macOf(key, owner, body).toString('base64url')}`
}

/** @returns undefined: the host did not make it for this owner */
export function readPick(key: Buffer, owner: PickOwner, token: string): Picked | undefined {
  const [body = '', mac = '', ...more] = token.split('.')
  const expected = macOf(key, owner, body)
  const given = Buffer.from(mac, 'base64url')
  if (more.length > 0 || given.length !== expected.length) return undefined
  if (!timingSafeEqual(given, expected)) return undefined
  const said = JSON.parse(Buffer.from(body, 'base64url').toString())
  const [rollout, arm, probability, requestId, nonce] = said as [
    string,
    Arm,
    number,
    string,
    string,
  ]
  return { rollout, arm, probability, requestId, nonce }
}

function macOf(key: Buffer, { tenant, plugin, kind }: PickOwner, body: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([tenant, plugin, kind, body]))
    .digest()
}
