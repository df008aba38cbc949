import type { InputFault } from '@signalbox/sdk/errors'
import { MAX_DATA_BYTES, MAX_DEPTH, MAX_KEY_LENGTH } from '@signalbox/sdk/host-calls/cloud-event'
import { isDeeperThan } from '@signalbox/sdk/host-calls/json-depth'
import { pointerTo } from '@signalbox/sdk/json-pointer'
import { isHostName } from '../registry/host-names.ts'

/** A CloudEvent as an app sent it, after its form was checked. */
export interface IncomingEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly key: string | undefined
  readonly data: unknown
  readonly extensions: Readonly<Record<string, unknown>>
}

const WORD = new RegExp(`^[^\\u0000-\\u001f\\u007f]{1,${MAX_KEY_LENGTH}}$`)
const TYPE = /^(?=.{1,100}$)[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/
const EXTENSION_NAME = /^[a-z0-9]{1,20}$/
const MAX_EXTENSIONS = 16

/** Attributes that the host sets itself: an app that could would speak for a chain it has no part in. */
const hostAttributes = ['correlationid', 'causationid', 'hops']
const requiredAttributes = ['specversion', 'id', 'source', 'type']
const JSON_TYPE = /^application\/json(;\s*charset=utf-8)?$/i
const coreAttributes = ['specversion', 'id', 'source', 'type', 'data', 'datacontenttype']

/** Where an app speaks from: itself, and what it names below. */
export function appSource(tenant: string, app: string): string {
  return `/tenants/${tenant}/apps/${app}`
}

/**
 * Reads one event. Pure.
 * @param own see appSource
 * @returns the event, or its faults with pointers relative to it
 */
export function readIncoming(
  value: unknown,
  own: string,
): { readonly event: IncomingEvent } | { readonly faults: readonly InputFault[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { faults: [{ pointer: '', detail: 'must be a CloudEvent, an object' }] }
  }
  const said = value as Readonly<Record<string, unknown>>
  const faults = [...attributeFaults(said, own), ...extensionFaults(said)]
  if (faults.length > 0) return { faults }
  const { id, source, type, partitionkey, data = null } = said
  const kept = Object.entries(said).filter(([name]) => isExtension(name))
  const event = {
    id,
    source,
    type,
    key: partitionkey,
    data,
    extensions: Object.fromEntries(kept),
  }
  return { event: event as IncomingEvent }
}

type Said = Readonly<Record<string, unknown>>

/** Each rule: which attribute it is about, whether that is there and fits, and what is told where it does not. */
function attributeFaults(said: Said, own: string): InputFault[] {
  const word = `must be a text of 1 to ${MAX_KEY_LENGTH} characters without control characters`
  const isJson = (value: unknown) => typeof value === 'string' && JSON_TYPE.test(value)
  const rules: readonly [string, (value: unknown) => boolean, string][] = [
    ['specversion', (value) => value === '1.0', 'must be "1.0"'],
    ['id', isWord, word],
    ['type', isType, 'must be lower case words joined by dots, such as orders.created'],
    ['source', (value) => isBelow(value, own), `must be ${own} or a path below it`],
    ['partitionkey', isWord, word],
    ['datacontenttype', isJson, 'must be application/json: other data is not taken'],
    ['data_base64', () => false, 'is not taken: send JSON as data'],
    ['data', isShallow, `must be nested at most ${MAX_DEPTH} levels deep`],
    ['data', isSmall, `must have at most ${MAX_DATA_BYTES} bytes as JSON`],
  ]
  const missing = requiredAttributes
    .filter((name) => said[name] === undefined)
    .map((name) => ({ pointer: pointerTo('', name), detail: 'is required: add it' }))
  const wrong = rules
    .filter(([name, fits]) => said[name] !== undefined && !fits(said[name]))
    .map(([name, , detail]) => ({ pointer: pointerTo('', name), detail }))
  return [...missing, ...wrong]
}

function isShallow(data: unknown): boolean {
  return !isDeeperThan(data, MAX_DEPTH)
}

/** What is too deep to be written down was refused for that. */
function isSmall(data: unknown): boolean {
  return !isShallow(data) || Buffer.byteLength(JSON.stringify(data)) <= MAX_DATA_BYTES
}

function extensionFaults(said: Said): InputFault[] {
  const faults: InputFault[] = []
  const names = Object.keys(said).filter(isExtension)
  if (names.length > MAX_EXTENSIONS) {
    faults.push({ pointer: '', detail: `has more than ${MAX_EXTENSIONS} attributes of its own` })
  }
  for (const name of names.slice(0, MAX_EXTENSIONS)) {
    const pointer = pointerTo('', name)
    if (hostAttributes.includes(name)) {
      faults.push({ pointer, detail: 'is set by the host: leave it out' })
    } else if (!EXTENSION_NAME.test(name)) {
      faults.push({ pointer, detail: 'must be named in lower case letters and digits, up to 20' })
    } else if (!isScalar(said[name])) {
      faults.push({
        pointer,
        detail: 'must be a text up to 200 characters, a whole number or a boolean',
      })
    }
  }
  return faults
}

function isExtension(name: string): boolean {
  return !coreAttributes.includes(name) && name !== 'partitionkey' && name !== 'data_base64'
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value) && value.isWellFormed()
}

function isType(value: unknown): value is string {
  return typeof value === 'string' && TYPE.test(value) && !isHostName(value)
}

/** CloudEvents §3.1 knows texts, booleans and 32 bit integers. */
function isScalar(value: unknown): boolean {
  return typeof value === 'boolean' || Number.isSafeInteger(value) || isWord(value)
}

/** Segments are compared as they stand: one that a reader could resolve to another app is none. */
function isBelow(source: unknown, own: string): boolean {
  if (!isWord(source)) return false
  if (source === own) return true
  if (!source.startsWith(`${own}/`)) return false
  const segments = source.slice(own.length + 1).split('/')
  return segments.every((segment) => /^[A-Za-z0-9._~-]+$/.test(segment) && !/^\.\.?$/.test(segment))
}
