import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { baselineFaults, signerCertificate } from './baseline-attributes.ts'
import { DISTID, type OpenSsl } from './openssl.ts'
import {
  isBySm2,
  type PdfSignature,
  pdfSignatures,
  signerFields,
  timestampOf,
} from './pdf-signatures.ts'

const run = promisify(execFile)
const MAX_OUTPUT = 64 * 1024 * 1024

/** Why others' programs cannot judge here, for tap's `skip`; false when all are there. */
export async function withoutJudges(): Promise<string | false> {
  for (const program of ['pdfsig', 'qpdf', 'pdftotext', 'certutil']) {
    const isThere = await run('which', [program]).then(
      () => true,
      () => false,
    )
    if (!isThere) return `${program} is not installed (poppler-utils, qpdf, libnss3-tools)`
  }
  return false
}

/**
 * What others' programs and the rules of baseline B find wrong with a signed file: poppler under the test's root, OpenSSL for each container and each
 * time stamp, qpdf for the whole. @param openssl with the root as `ca.pem` @returns none: all is well
 */
export async function judgeSignatures(file: Buffer, openssl: OpenSsl): Promise<readonly string[]> {
  const signatures = pdfSignatures(file)
  if (signatures.length === 0) return ['there is no signature']
  const faults: string[] = []
  for (const [index, one] of signatures.entries()) {
    const found = one.isTimestamp
      ? await judgeToken(one.container, one.content, openssl)
      : await judgeSigner(one, openssl, file.length)
    faults.push(...found.map((fault) => `signature ${index + 1}: ${fault}`))
  }
  return [...faults, ...(await judgeWhole(file, openssl, signatures))]
}

async function judgeSigner(
  signature: PdfSignature,
  openssl: OpenSsl,
  fileLength: number,
): Promise<readonly string[]> {
  const fault = isBySm2(signature)
    ? await sm2Complaint(signature, openssl)
    : await cmsComplaint(signature, openssl)
  const { signature: value } = signerFields(signature.container)
  const token = timestampOf(signature)
  const ofToken = token === undefined ? [] : await judgeToken(token, value, openssl)
  return [
    ...baselineFaults(signature, fileLength),
    ...fault.map((one) => `openssl cms: ${one}`),
    ...ofToken,
  ]
}

async function cmsComplaint(signature: PdfSignature, openssl: OpenSsl): Promise<readonly string[]> {
  await openssl.write('judged.der', signature.container)
  await openssl.write('judged.bin', signature.content)
  const root = ['-CAfile', 'ca.pem', '-purpose', 'any']
  const files = ['-inform', 'DER', '-in', 'judged.der', '-content', 'judged.bin']
  const words = ['cms', '-verify', '-binary', ...files, ...root, '-out', 'judged.out']
  return complaint(openssl.run(...words), /verification successful/i)
}

/** `openssl cms` knows no SM2: the signature over the attributes, by the certificate that they name. */
async function sm2Complaint(signature: PdfSignature, openssl: OpenSsl): Promise<readonly string[]> {
  const fields = signerFields(signature.container)
  await openssl.write('signer.der', signerCertificate(fields) ?? Buffer.alloc(0))
  await openssl.write('attributes.bin', fields.attributes)
  await openssl.write('signature.bin', fields.signature)
  const key = [
    'x509',
    '-inform',
    'DER',
    '-in',
    'signer.der',
    '-noout',
    '-pubkey',
    '-out',
    'signer.pub',
  ]
  await openssl.run(...key)
  const by = ['-pubin', '-inkey', 'signer.pub', '-rawin', '-digest', 'sm3', '-pkeyopt', DISTID]
  const files = ['-in', 'attributes.bin', '-sigfile', 'signature.bin']
  return complaint(openssl.run('pkeyutl', '-verify', ...by, ...files), /Verified Successfully/)
}

async function judgeToken(
  token: Buffer,
  stamped: Buffer,
  openssl: OpenSsl,
): Promise<readonly string[]> {
  await openssl.write('token.der', token)
  await openssl.write('stamped.bin', stamped)
  const words = ['ts', '-verify', '-in', 'token.der', '-token_in', '-data', 'stamped.bin']
  const fault = await complaint(openssl.run(...words, '-CAfile', 'ca.pem'), /Verification: OK/)
  return fault.map((one) => `openssl ts: ${one}`)
}

async function judgeWhole(
  file: Buffer,
  openssl: OpenSsl,
  signatures: readonly PdfSignature[],
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-judges-'))
  try {
    const [path, root, store] = ['file.pdf', 'root.pem', 'nss'].map((name) =>
      join(folder, name),
    ) as [string, string, string]
    await writeFile(path, file)
    await writeFile(root, await openssl.read('ca.pem'))
    await run('mkdir', [store])
    await run('certutil', ['-N', '-d', `sql:${store}`, '--empty-password'])
    await run('certutil', ['-A', '-d', `sql:${store}`, '-n', 'root', '-t', 'CT,C,C', '-i', root])
    const verdict = await told('pdfsig', '-nssdir', `sql:${store}`, path)
    const count = (pattern: RegExp) => verdict.match(pattern)?.length ?? 0
    // poppler says nothing of time stamps over documents, and knows no SM2.
    const wanted = signatures.filter((one) => !one.isTimestamp && !isBySm2(one)).length
    const isSound =
      count(/Signature is Valid/g) >= wanted && count(/Certificate is Trusted/g) >= wanted
    const checked = await told('qpdf', '--check', path)
    return [
      ...(isSound ? [] : [`pdfsig: ${verdict}`]),
      ...(/No syntax or stream encoding errors/.test(checked) ? [] : [`qpdf: ${checked}`]),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function complaint(asked: Promise<string>, wanted: RegExp): Promise<readonly string[]> {
  const said = await asked.catch((error: Error) => error.message)
  return wanted.test(said) ? [] : [said]
}

/** The text of each page, and how many there are, as poppler reads them. */
export async function textOfPdf(file: Buffer): Promise<{ pages: number; text: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-text-'))
  try {
    const path = join(folder, 'file.pdf')
    await writeFile(path, file)
    const text = await told('pdftotext', '-layout', path, '-')
    return { pages: text.split('\f').length - 1, text }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** By qpdf, with a password that its reader does not have. */
export async function encrypted(file: Uint8Array): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-encrypted-'))
  try {
    const [plain, closed] = [join(folder, 'plain.pdf'), join(folder, 'closed.pdf')] as const
    await writeFile(plain, file)
    await run('qpdf', ['--encrypt', 'user', 'owner', '256', '--', plain, closed])
    return await readFile(closed)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Also of a program that ends with a fault. */
async function told(program: string, ...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(program, words, { maxBuffer: MAX_OUTPUT }).catch(
    (error: { stdout?: string; stderr?: string }) => ({
      stdout: error.stdout ?? '',
      stderr: error.stderr ?? '',
    }),
  )
  return stdout + stderr
}
