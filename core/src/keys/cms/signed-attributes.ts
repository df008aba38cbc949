import {
  Attribute,
  id_contentType,
  id_messageDigest,
  id_signingTime,
  MessageDigest,
  SigningTime,
} from '@peculiar/asn1-cms'
import { AsnArray, AsnType, AsnTypeTypes } from '@peculiar/asn1-schema'
import { DerFault, readDer } from '../der.ts'
import { parseExactly } from './parse-exactly.ts'
import { signingCertificateFault } from './signing-certificate.ts'

/** SET OF Attribute, as it is hashed for a signature: by its own tag, not the implicit one (RFC 5652 §5.4). */
class AttributeSet extends AsnArray<Attribute> {}
AsnType({ type: AsnTypeTypes.Set, itemType: Attribute })(AttributeSet)

/** id-data, 1.2.840.113549.1.7.1, in DER. */
const ID_DATA = Buffer.from('06092a864886f70d010701', 'hex')
const ID_SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'

/** Attributes of a few hundred bytes are usual. */
export const MAX_ATTRIBUTES_BYTES = 8192

/** PAdES keeps the time in the PDF's own dictionary, and forbids it here (ETSI EN 319 142-1 §6.2). */
export type CmsProfile = 'pades' | 'cms'

export interface AttributeDemands {
  readonly profile: CmsProfile
  /** Of the document, by the algorithm of the signature. */
  readonly digest: Buffer
  /** DER of the certificate that the signature will be checked by. */
  readonly certificate: Buffer
  /** Object identifiers that may stand there unread. */
  readonly allowed: readonly string[]
  /** Milliseconds since the epoch; null: a signature of the past, whose time is not judged. */
  readonly now: number | null
}

/** How far the signer's clock may be from the host's. */
const MAX_SKEW_MS = 5 * 60_000

/**
 * Why the host does not sign these bytes as signed attributes: they must be that, in DER, say nothing that was
 * not looked at, and be about this document and this certificate.
 * @returns undefined where it may
 */
export function attributesFault(bytes: Buffer, demands: AttributeDemands): string | undefined {
  if (bytes.length > MAX_ATTRIBUTES_BYTES) return `it has more than ${MAX_ATTRIBUTES_BYTES} bytes`
  try {
    if (readDer(bytes).tag !== 0x31) return 'it is no SET OF Attribute'
    return setFault(parseExactly(bytes, AttributeSet), demands)
  } catch (error) {
    if (error instanceof DerFault) return `it is no DER: ${error.message}`
    return 'it cannot be read as a SET OF Attribute'
  }
}

function setFault(attributes: readonly Attribute[], demands: AttributeDemands): string | undefined {
  const values = new Map<string, ArrayBuffer>()
  for (const attribute of attributes) {
    const { attrType, attrValues } = attribute
    if (values.has(attrType)) return `the attribute ${attrType} stands there twice`
    const fault = attributeFault(attribute, demands.allowed)
    if (fault !== undefined) return `the attribute ${attrType} ${fault}`
    values.set(attrType, attrValues[0] as ArrayBuffer)
  }
  for (const [type, { isRequired, fault }] of Object.entries(judges)) {
    const value = values.get(type)
    if (value === undefined && isRequired) return `the attribute ${type} is missing`
    const found = value === undefined ? undefined : fault(value, demands)
    if (found !== undefined) return found
  }
  return undefined
}

function attributeFault(
  { attrType, attrValues }: Attribute,
  allowed: readonly string[],
): string | undefined {
  const isKnown = Object.hasOwn(judges, attrType) || allowed.includes(attrType)
  if (!isKnown) return 'is not allowed'
  return attrValues.length === 1 ? undefined : 'has not exactly one value'
}

interface Judge {
  readonly isRequired: boolean
  readonly fault: (value: ArrayBuffer, demands: AttributeDemands) => string | undefined
}

/** Every attribute that the host understands. */
const judges: Readonly<Record<string, Judge>> = {
  [id_contentType]: {
    isRequired: true,
    fault: (value) =>
      ID_DATA.equals(Buffer.from(value)) ? undefined : 'contentType is not id-data',
  },
  [id_messageDigest]: {
    isRequired: true,
    fault: (value, { digest }) =>
      Buffer.from(parseExactly(value, MessageDigest).buffer).equals(digest)
        ? undefined
        : "messageDigest is not the document's digest",
  },
  [ID_SIGNING_CERTIFICATE_V2]: {
    isRequired: true,
    fault: (value, { certificate }) => signingCertificateFault(value, certificate),
  },
  [id_signingTime]: {
    isRequired: false,
    fault: (value, { profile, now }) => {
      if (profile === 'pades') return 'signingTime does not belong into a PAdES signature'
      const time = parseExactly(value, SigningTime).getTime().getTime()
      const isFar = now !== null && !(Math.abs(time - now) <= MAX_SKEW_MS)
      return isFar ? 'signingTime is not now' : undefined
    },
  },
}
