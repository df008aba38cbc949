import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Teardown } from './host-process.ts'

const run = promisify(execFile)

/** The identity that SM2 signatures are made under. */
export const DISTID = 'distid:1234567812345678'

const AUTHORITY = [
  'basicConstraints=critical,CA:TRUE,pathlen:0',
  'keyUsage=critical,keyCertSign,cRLSign',
  'subjectKeyIdentifier=hash',
].join('\n')

/** The machine's `openssl` in a folder of its own: somebody else's reading of the same standards. */
export class OpenSsl {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async start(t: Teardown): Promise<OpenSsl> {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-openssl-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    return new OpenSsl(folder)
  }

  /** Files are named relative to the folder. @throws with what it said where it fails */
  async run(...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run('openssl', words, { cwd: this.#folder })
    return stdout + stderr
  }

  async write(name: string, bytes: Buffer | string): Promise<void> {
    await writeFile(join(this.#folder, name), bytes)
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.#folder, name))
  }

  /** Makes an authority: `ca.pem` and `ca.key`. */
  async makeAuthority(): Promise<string> {
    await this.run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ca.key')
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
    const subject = ['-subj', '/CN=Test authority', ...usage, '-days', '30', '-out', 'ca.pem']
    await this.run('req', '-x509', '-new', '-key', 'ca.key', ...subject)
    return (await this.read('ca.pem')).toString()
  }

  /** As an intermediate authority that issues to people. @returns the certificate, PEM */
  async certifyAuthority(request: string, days = 30, extensions = AUTHORITY): Promise<string> {
    await this.write('authority.cnf', extensions)
    return this.certify(request, days, ['-extfile', 'authority.cnf'])
  }

  /** @param request PKCS#10, PEM. @returns the certificate, PEM */
  async certify(request: string, days = 30, more: readonly string[] = []): Promise<string> {
    await this.write('request.pem', request)
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
    const files = ['-in', 'request.pem', '-out', 'certificate.pem', '-days', String(days), ...more]
    await this.run('x509', '-req', ...files, ...authority, '-vfyopt', DISTID).catch(() =>
      this.run('x509', '-req', ...files, ...authority),
    )
    return (await this.read('certificate.pem')).toString()
  }

  /** @param extensions lines of OpenSSL's `x509v3_config`, beside the two key identifiers. @returns the certificate, PEM */
  async certifyAs(request: string, extensions: readonly string[], days = 30): Promise<string> {
    const ids = ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid']
    await this.write('extensions.cnf', [...extensions, ...ids].join('\n'))
    return this.certify(request, days, ['-extfile', 'extensions.cnf'])
  }
}
