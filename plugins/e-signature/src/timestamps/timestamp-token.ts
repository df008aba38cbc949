import { algorithmIdentifierOf } from '../algorithms/algorithm-identifier.ts'
import { type DigestName, digestBytes, digestOfOid } from '../algorithms/digests.ts'
import { readSignedData, type SignedData } from '../cms/signed-data.ts'
import { toBigInt } from '../der/bytes.ts'
import { Fields } from '../der/fields.ts'
import { Malformed, readAs } from '../der/malformed.ts'
import { type DerNode, readBer } from '../der/read-der.ts'
import {
  booleanOf,
  octetStringOf,
  oidOf,
  serialOf,
  smallIntegerOf,
  Tag,
  timeOf,
} from '../der/values.ts'

/** TSTInfo (RFC 3161 §2.4.2). */
export interface TimestampInfo {
  readonly policy: string
  /** Undefined: a digest that is not known here. */
  readonly hash?: DigestName
  readonly imprint: Uint8Array
  readonly serialNumber: string
  /** Milliseconds since the epoch. */
  readonly time: number
  /** How far the time may be off, in milliseconds; undefined where the authority's policy says it elsewhere. */
  readonly accuracyMs?: number
  readonly isOrdered: boolean
  /** Hexadecimal, without leading zeros. */
  readonly nonce?: string
}

export interface TimestampToken {
  readonly der: Uint8Array
  readonly info: TimestampInfo
  readonly signedData: SignedData
}

const ID_TST_INFO = '1.2.840.113549.1.9.16.1.4'

/** @throws Malformed `TIMESTAMP_MALFORMED` where it is no TimeStampToken */
export function readTimestampToken(bytes: Uint8Array): TimestampToken {
  return readAs('TIMESTAMP_MALFORMED', () => {
    const signedData = readSignedData(bytes)
    const { contentType, content } = signedData
    if (contentType !== ID_TST_INFO || content === undefined) {
      throw malformed('it holds no TSTInfo')
    }
    const { node, length } = readBer(content)
    if (length !== content.length) throw malformed('bytes follow the TSTInfo')
    const der = bytes.subarray(0, signedData.length)
    return { der, info: infoOf(node), signedData }
  })
}

function infoOf(node: DerNode): TimestampInfo {
  const fields = new Fields(node)
  if (smallIntegerOf(fields.take()) !== 1) throw malformed('it is of an unknown version')
  const policy = oidOf(fields.take())
  const imprintFields = new Fields(fields.take())
  const hash = digestOfOid(algorithmIdentifierOf(imprintFields.take()).oid)
  const imprint = octetStringOf(imprintFields.take())
  imprintFields.end()
  if (hash !== undefined && imprint.length !== digestBytes[hash]) {
    throw malformed('its imprint is of another length than its digest')
  }
  const serialNumber = serialOf(fields.take())
  const time = timeOf(fields.takeTagged(Tag.generalizedTime))
  const accuracy = fields.takeIf(Tag.sequence)
  const ordering = fields.takeIf(Tag.boolean)
  const nonce = fields.takeIf(Tag.integer)
  return {
    policy,
    ...(hash === undefined ? {} : { hash }),
    imprint,
    serialNumber,
    time,
    ...(accuracy === undefined ? {} : { accuracyMs: accuracyOf(accuracy) }),
    isOrdered: ordering !== undefined && booleanOf(ordering),
    ...(nonce === undefined ? {} : { nonce: serialOf(nonce) }),
  }
}

/** Seconds, thousandths and millionths; what is absent is zero. Rounded up. */
function accuracyOf(node: DerNode): number {
  const fields = new Fields(node)
  const seconds = fields.takeIf(Tag.integer)
  const [millis, micros] = [fields.takeIf(0x80), fields.takeIf(0x81)]
  fields.end()
  const whole = seconds === undefined ? 0 : smallIntegerOf(seconds)
  return whole * 1000 + contentNumber(millis) + Math.ceil(contentNumber(micros) / 1000)
}

function contentNumber(node: DerNode | undefined): number {
  const value = toBigInt(node?.content.subarray(0, 8) ?? new Uint8Array())
  if (value > 999n) throw malformed('its accuracy is beyond its range')
  return Number(value)
}

function malformed(message: string): Malformed {
  return new Malformed('TIMESTAMP_MALFORMED', message)
}
