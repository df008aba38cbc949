import { createHash } from 'node:crypto'
import { type PdfSignature, type SignerFields, signerFields } from './pdf-signatures.ts'

const attribute = {
  contentType: '2a864886f70d010903',
  messageDigest: '2a864886f70d010904',
  signingTime: '2a864886f70d010905',
  signingCertificateV2: '2a864886f70d010910022f',
} as const
const ID_DATA = '2a864886f70d010701'
const digests: Readonly<Record<string, string>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  '2a811ccf55018311': 'sm3',
}

/** What PAdES baseline B asks of a signature (EN 319 142-1 §6.3, tables 1 and 2). @returns what is not so */
export function baselineFaults(signature: PdfSignature, fileLength: number): readonly string[] {
  return [...dictionaryFaults(signature, fileLength), ...containerFaults(signature)]
}

function dictionaryFaults(
  { dictionary, byteRange: [from, length, next, rest], container }: PdfSignature,
  fileLength: number,
): readonly string[] {
  const gap = next - length
  return held({
    'Type is not Sig': /\/Type\s*\/Sig\b/.test(dictionary),
    'Filter is missing': /\/Filter\s*\/Adobe\.PPKLite/.test(dictionary),
    'SubFilter is not ETSI.CAdES.detached': dictionary.includes('/ETSI.CAdES.detached'),
    'M is missing': /\/M\s*[(<]/.test(dictionary),
    'Cert is there': !/\/Cert\s*[([<]/.test(dictionary),
    'the byte range does not begin the file': from === 0,
    'the byte range leaves more than Contents out': gap > 2 * container.length && next > length,
    'the byte range goes beyond the file': next + rest <= fileLength,
  })
}

function containerFaults({ content, container }: PdfSignature): readonly string[] {
  const { signers, certificates, signed, digestAlgorithm } = signerFields(container)
  const name = digests[digestAlgorithm]
  if (name === undefined) return [`digest algorithm ${digestAlgorithm} is unknown`]
  const digest = createHash(name).update(content).digest()
  const isNamed = signerCertificate(signerFields(container)) !== undefined
  return held({
    'there is not one signer': signers === 1,
    'no certificate is there': certificates.length > 0,
    'content-type is not id-data':
      signed.get(attribute.contentType)?.content.toString('hex') === ID_DATA,
    'message-digest is not the document’s':
      signed.get(attribute.messageDigest)?.content.equals(digest) ?? false,
    'signing-time is there': !signed.has(attribute.signingTime),
    'the ESS certificate is none that is there': isNamed,
  })
}

function held(rules: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(rules).flatMap(([fault, holds]) => (holds ? [] : [fault]))
}

/** The certificate that the signed attributes name by its hash (RFC 5035 §4). */
export function signerCertificate({ certificates, signed }: SignerFields): Buffer | undefined {
  const ess = signed.get(attribute.signingCertificateV2)?.children[0]?.children[0]
  const named = ess?.children.find(({ tag }) => tag === 0x04)?.content
  return certificates.find((one) =>
    Object.values(digests).some((by) => named?.equals(createHash(by).update(one).digest())),
  )
}
