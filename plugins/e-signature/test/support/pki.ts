import { execFile } from 'node:child_process'
import { constants, createPrivateKey, sign as cryptoSign } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { type Certificate, readCertificate } from '../../src/certificates/certificate.ts'

const run = promisify(execFile)

/** The identity that SM2 signatures are made under. */
export const DISTID = 'distid:1234567812345678'

export type KeyKind = 'rsa' | 'p256' | 'p384' | 'p521' | 'ed25519' | 'sm2'

const keyOptions: Readonly<Record<KeyKind, readonly string[]>> = {
  rsa: ['RSA', 'rsa_keygen_bits:2048'],
  p256: ['EC', 'ec_paramgen_curve:P-256'],
  p384: ['EC', 'ec_paramgen_curve:P-384'],
  p521: ['EC', 'ec_paramgen_curve:P-521'],
  ed25519: ['ED25519'],
  sm2: ['EC', 'ec_paramgen_curve:SM2'],
}

const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign'
const signer =
  'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation'

/** Extensions by what the holder does. */
export const profiles = {
  root: authority,
  inter: `${authority.replace('TRUE', 'TRUE,pathlen:0')}`,
  authority,
  signer: `${signer}\nextendedKeyUsage=emailProtection,1.3.6.1.5.5.7.3.36`,
  tsa: `${signer}\nextendedKeyUsage=critical,timeStamping`,
  ocsp: `${signer}\nextendedKeyUsage=OCSPSigning`,
  plain: signer,
} as const

export interface Issue {
  readonly kind: KeyKind
  /** One of `profiles`, or lines of OpenSSL's `x509v3_config`. */
  readonly extensions: string
  /** Itself, when absent. */
  readonly by?: string
  readonly subject?: string
  readonly days?: number
  readonly digest?: string
}

/** Authorities and signers of a test, made and used by the machine's `openssl`: somebody else's reading of the standards. */
export class Pki {
  readonly folder: string
  readonly #kinds = new Map<string, KeyKind>()
  #serial = 1000

  private constructor(folder: string) {
    this.folder = folder
  }

  /** A root and an issuing authority below it: `root` and `inter`, both of P-256. */
  static async start(t: Pick<Test, 'teardown'>): Promise<Pki> {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-pki-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const pki = new Pki(folder)
    await pki.issue('root', { kind: 'p256', extensions: profiles.root })
    await pki.issue('inter', { kind: 'p256', extensions: profiles.inter, by: 'root' })
    return pki
  }

  /** Files are named relative to the folder. @throws with what it said where it fails */
  async openssl(...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run('openssl', words, { cwd: this.folder })
    return stdout + stderr
  }

  async write(name: string, bytes: Uint8Array | string): Promise<void> {
    await writeFile(join(this.folder, name), bytes)
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.folder, name))
  }

  /** Makes `<name>.key` and `<name>.pem`. */
  async issue(name: string, request: Issue): Promise<Certificate> {
    const { kind, extensions, by = name, days = 3650 } = request
    const { subject = `/C=CN/O=Test Trust/CN=Test ${name}`, digest = 'sha256' } = request
    this.#kinds.set(name, kind)
    const isBySm2 = this.#kinds.get(by) === 'sm2'
    const [algorithm = '', ...options] = keyOptions[kind]
    const words = options.flatMap((option) => ['-pkeyopt', option])
    await this.openssl('genpkey', '-algorithm', algorithm, ...words, '-out', `${name}.key`)
    const config = '[req]\ndistinguished_name=dn\n[dn]\n'
    const ids = 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
    await this.write(`${name}.cnf`, `${config}[ext]\n${ids}${extensions}\n`)
    await this.openssl(
      ...['req', '-new', '-utf8', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`],
      ...['-config', `${name}.cnf`, ...(kind === 'sm2' ? ['-sm3', '-sigopt', DISTID] : [])],
    )
    const issuer =
      by === name ? ['-signkey', `${name}.key`] : ['-CA', `${by}.pem`, '-CAkey', `${by}.key`]
    const hash = isBySm2 ? ['-sm3', '-sigopt', DISTID] : [`-${digest}`]
    await this.openssl(
      ...['x509', '-req', '-in', `${name}.csr`, ...issuer, '-out', `${name}.pem`],
      ...['-set_serial', String(++this.#serial), '-days', String(days), ...hash],
      ...['-extfile', `${name}.cnf`, '-extensions', 'ext'],
      ...(kind === 'sm2' ? ['-vfyopt', DISTID] : []),
    )
    return this.certificate(name)
  }

  async certificate(name: string): Promise<Certificate> {
    await this.openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`)
    return readCertificate(await this.read(`${name}.der`))
  }

  /** As the host signs: by the name that it gives to the algorithm. */
  async sign(name: string, algorithm: string, bytes: Uint8Array): Promise<Buffer> {
    if (algorithm === 'sm2-sm3') return this.#signSm2(name, bytes)
    const key = createPrivateKey(await this.read(`${name}.key`))
    const hash = algorithm === 'ed25519' ? null : (algorithm.split('-').at(-1) ?? null)
    const padding = algorithm.startsWith('rsa-pss')
      ? {
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        }
      : {}
    return cryptoSign(hash, bytes, { key, ...padding })
  }

  async #signSm2(name: string, bytes: Uint8Array): Promise<Buffer> {
    await this.write('to-sign', bytes)
    await this.openssl(
      ...['pkeyutl', '-sign', '-inkey', `${name}.key`, '-in', 'to-sign', '-out', 'signed'],
      ...['-rawin', '-digest', 'sm3', '-pkeyopt', DISTID],
    )
    return this.read('signed')
  }

  /** OpenSSL's database of an authority: what its lists and its responder say. */
  async writeIndex(by: string, revoked: Readonly<Record<string, string>>, good: readonly string[]) {
    const line = async (name: string, mark: string, at: string) => {
      const { serialNumber } = await this.certificate(name)
      return `${mark}\t361231000000Z\t${at}\t${serialNumber.toUpperCase()}\tunknown\t/CN=${name}`
    }
    const lines = [
      ...Object.entries(revoked).map(([name, at]) => line(name, 'R', at)),
      ...good.map((name) => line(name, 'V', '')),
    ]
    await this.write(`${by}.index`, `${(await Promise.all(lines)).join('\n')}\n`)
    await this.write(`${by}.index.attr`, 'unique_subject = no\n')
  }

  /** A list of the authority's database, DER. */
  async makeCrl(by: string, extensions = 'authorityKeyIdentifier=keyid'): Promise<Buffer> {
    const config = [
      `[ca]\ndefault_ca=c\n[c]\ndatabase=./${by}.index\ncrlnumber=./${by}.crlnumber`,
      'default_md=sha256\ndefault_crl_days=30\ncrl_extensions=e\n[e]',
    ]
    await this.write(`${by}.crlnumber`, '01\n')
    await this.write(`${by}.ca.cnf`, `${config.join('\n')}\n${extensions}\n`)
    await this.openssl(
      ...['ca', '-gencrl', '-config', `${by}.ca.cnf`, '-keyfile', `${by}.key`],
      ...['-cert', `${by}.pem`, '-out', `${by}.crl.pem`],
    )
    await this.openssl('crl', '-in', `${by}.crl.pem`, '-outform', 'DER', '-out', `${by}.crl`)
    return this.read(`${by}.crl`)
  }
}
