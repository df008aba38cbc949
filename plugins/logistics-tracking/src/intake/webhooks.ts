import type { Context, Incoming } from '@signalbox/sdk'
import { builtInPacks } from '../carriers/built-in-packs.ts'
import { packsOf } from '../carriers/packs-of.ts'
import { keepBody } from './body-parts.ts'
import { readForm, readJson, textOfBase64 } from './form-body.ts'
import { md5 } from './md5.ts'
import { saveMessage } from './message-store.ts'
import type { IntakeSettings } from './settings.ts'
import { soundBody, soundText } from './sound-body.ts'
import { takeBody } from './take-body.ts'

/** Addresses whose signature the host checks over the raw bytes before it acknowledges. */
const SIGNED_PATHS = ['carrier', 'carrier-hmac'] as const

/** Senders that sign as the host knows: their bodies are theirs alone. */
const SIGNING_SENDERS = ['aftership', 'easypost'] as const

/** Senders that sign in ways which the host does not know: what comes is taken at its secret address, if the tenant says so. */
const VENDOR_PATHS = ['shippo', 'kuaidi100', 'tracking51', 'track17', 'yunda'] as const

/** Names of paths begin with a letter. */
const packOfPath: Readonly<Record<string, string>> = {
  tracking51: '51tracking',
  track17: '17track',
}

type Handler = (delivery: Incoming, ctx: Context) => Promise<void>

export const webhooks: Readonly<Record<string, Handler>> = Object.fromEntries([
  ...SIGNED_PATHS.map((path) => [path, onSigned] as const),
  ...SIGNING_SENDERS.map((path) => [path, onSender(path)] as const),
  ...VENDOR_PATHS.map((path) => [path, onVendor(packOfPath[path] ?? path)] as const),
])

/** A body of own systems, or one that names the pack it is written by. */
async function onSigned({ id, receivedAt, json, bodyBase64 }: Incoming, ctx: Context) {
  const body = json ?? bodyOf(bodyBase64)
  const named = (body as { readonly pack?: unknown } | null)?.pack
  const pack = typeof named === 'string' ? soundText(named).slice(0, 60) : 'common'
  // Of a plugin that is not enabled now: once it is, the body can be read.
  const isKnown = (await packsOf(ctx, [pack])).has(pack)
  await take(ctx, { id, receivedAt, body, pack, ...(isKnown ? {} : { held: 'PACK_UNKNOWN' }) })
}

/** Of a sender whose signature was checked. */
function onSender(pack: string): Handler {
  return ({ id, receivedAt, json, bodyBase64 }, ctx) =>
    take(ctx, { id, receivedAt, body: json ?? bodyOf(bodyBase64), pack })
}

function bodyOf(base64 = ''): unknown {
  return readJson(textOfBase64(base64)) ?? { unreadable: base64 }
}

function onVendor(pack: string): Handler {
  return async ({ id, receivedAt, json, bodyBase64 }, ctx) => {
    const { intake = {} } = ctx.config as IntakeSettings
    const form = json === undefined ? readForm(textOfBase64(bodyBase64 ?? '')) : undefined
    const { formField = '' } = builtInPacks.get(pack)?.payload ?? {}
    const text = form?.get(formField)
    const body = json ?? readJson(text ?? '') ?? { unreadable: bodyBase64 ?? '' }
    const salt = pack === 'kuaidi100' ? intake.kuaidi100Salt : undefined
    const signed = salt !== undefined && isSignedBySalt(text, form?.get('sign'), salt)
    const trusted = salt === undefined ? intake.unsigned === 'take' : signed
    const held = trusted ? {} : { held: 'SIGNATURE_UNCHECKED' }
    await take(ctx, { id, receivedAt, body, pack, ...held })
  }
}

/** Kuaidi100 gives the MD5 of the field `param` and the salt of the subscription, in capitals. */
function isSignedBySalt(text: string | undefined, sign: string | undefined, salt: string): boolean {
  return text !== undefined && sign !== undefined && md5(text + salt) === sign.toLowerCase()
}

interface Delivered {
  readonly id: string
  readonly receivedAt: number
  readonly body: unknown
  readonly pack: string
  /** Why it waits for a person. */
  readonly held?: string
}

async function take(ctx: Context, { id, receivedAt, body, pack, held }: Delivered): Promise<void> {
  const message = `hook:${id}`.slice(0, 200)
  if (held === undefined) {
    const { faults } = await takeBody(ctx, { message, pack, source: pack, receivedAt, body })
    if (faults.length > 0)
      ctx.log.warn('a part of a delivery could not be read', { id, pack, faults })
    return
  }
  const faults = [{ pointer: '', code: held }]
  const kept = { message, source: pack, pack, receivedAt, state: 'held' as const, scans: 0 }
  const whole = await keepBody(ctx, kept, soundBody(body))
  await ctx.db.transaction([saveMessage(ctx.tenant, { ...kept, faults, body: whole })])
  ctx.log.warn('a delivery waits for a person', { id, pack, why: held })
}
