import type { Company } from './company.ts'
import { enablePlugin } from './fixture-plugin.ts'
import type { Teardown } from './host-process.ts'
import { mailServer, type ReceivedMail, readMail } from './mail-server.ts'
import { OpenSsl } from './openssl.ts'
import { certificateFor } from './outbound-server.ts'
import { keyFile } from './sealing.ts'
import { type TimeAuthority, timeAuthority } from './time-authority.ts'

const plugin = '@signalbox/e-signature'
const smtp = '@signalbox/notify-smtp'
const account = { user: 'box@dongchen.example', password: 'of-the-box' }
const seal = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature,nonRepudiation',
  'extendedKeyUsage=emailProtection',
]
const ca = ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign']

/** What people need who sign: mails, a time-stamping authority, and an authority that certifies the tenant's key. */
export class SigningRoom {
  /** For the host, before it starts. */
  readonly environment: Readonly<Record<string, string>>
  readonly openssl: OpenSsl
  readonly time: TimeAuthority
  readonly #mails: Awaited<ReturnType<typeof mailServer>>
  readonly #certificate: string

  private constructor(
    environment: SigningRoom['environment'],
    openssl: OpenSsl,
    time: TimeAuthority,
    mails: Awaited<ReturnType<typeof mailServer>>,
    certificate: string,
  ) {
    this.environment = environment
    this.openssl = openssl
    this.time = time
    this.#mails = mails
    this.#certificate = certificate
  }

  static async open(t: Teardown): Promise<SigningRoom> {
    const openssl = await OpenSsl.start(t)
    await openssl.makeAuthority()
    const time = await timeAuthority(t, openssl)
    const certificate = await certificateFor(t, ['IP:127.0.0.1'])
    const mails = await mailServer(t, certificate, { [account.user]: account.password })
    const environment = {
      SIGNALBOX_KEY_FILE: await keyFile(t),
      SIGNALBOX_TRUSTED: `${smtp}=operator`,
      SIGNALBOX_FETCH_ALLOW: `${time.origin},https://127.0.0.1:${mails.port}`,
    }
    return new SigningRoom(environment, openssl, time, mails, certificate.cert)
  }

  /** What the admin of the company does once: a channel for mails, a key that certifies signers, the time-stamping authority. */
  async furnish(company: Company): Promise<void> {
    const { admin, tenant } = company
    await company.release('notify-smtp')
    await enablePlugin(admin, tenant, smtp, ['secret:use'])
    const at = (name: string) => `/v1/tenants/${tenant}/plugins/${encodeURIComponent(name)}`
    const { user, password } = account
    const mail = {
      host: '127.0.0.1',
      port: this.#mails.port,
      ca: this.#certificate,
      user,
      from: user,
    }
    await admin.request('PUT', `${at(smtp)}/config`, mail)
    await admin.request('PUT', `${at(smtp)}/secrets/password`, { value: password })
    const keys = `/v1/tenants/${tenant}/keys`
    const policy = {
      plugins: [plugin],
      certificate: {
        maxTtlS: 86_400,
        subjectFields: ['organization', 'serialNumber', 'country', 'email'],
      },
    }
    const wish = { id: 'signers', algorithm: 'ec-p256', usages: ['certificate'], policy }
    await admin.request('POST', keys, wish)
    const subject = { commonName: '东辰 signers', organization: '东辰制造', country: 'CN' }
    const path = `${keys}/signers/certificate-requests`
    const { request } = await admin.request<{ request: string }>('POST', path, subject)
    const issued = await this.openssl.certifyAs(request, ca)
    const chain = `${issued}${await this.openssl.read('ca.pem')}`
    await admin.request('PUT', `${keys}/signers/certificate`, { chain })
    await this.set(company, {})
  }

  /** The plugin's settings, beside what the room itself is. */
  async set({ admin, tenant }: Company, more: object): Promise<void> {
    const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}/config`
    const root = (await this.openssl.read('ca.pem')).toString()
    const timestamps = { url: `${this.time.origin}/` }
    await admin.request('PUT', path, { timestamps, trustAnchors: [root], ...more })
  }

  /** The last mail to somebody that fits, once it has come. */
  async mailTo(company: Company, address: string, fits: RegExp): Promise<string> {
    const mail = await company.eventually(
      `a mail to ${address}`,
      async () => this.#lastTo(address, fits),
      (text) => text !== undefined,
    )
    return mail ?? ''
  }

  /** Addresses of the links in all mails that came to somebody, in their order. */
  linksTo(address: string): readonly string[] {
    return this.#mails.received
      .filter(({ to }: ReceivedMail) => to.includes(address))
      .flatMap((mail) => /https?:\/\/\S+\/links\/\S+/.exec(readMail(mail.raw).text)?.[0] ?? [])
  }

  /** Of all that came to somebody, in their order. */
  codesTo(address: string): readonly string[] {
    return this.#mails.received
      .filter(({ to }: ReceivedMail) => to.includes(address))
      .flatMap((mail) => /(?:^|\s)(\d{6})(?:\s|$)/.exec(readMail(mail.raw).text)?.[1] ?? [])
  }

  /** A key of the organisation for a seal, with a certificate in its name. */
  async certifySeal(company: Company, id: string, algorithm: string): Promise<void> {
    const { admin, tenant } = company
    const keys = `/v1/tenants/${tenant}/keys`
    const wish = { id, algorithm, usages: ['cms'], policy: { plugins: [plugin] } }
    await admin.request('POST', keys, wish)
    const subject = { commonName: '东辰制造 合同专用章', organization: '东辰制造', country: 'CN' }
    const path = `${keys}/${id}/certificate-requests`
    const { request } = await admin.request<{ request: string }>('POST', path, subject)
    const issued = await this.openssl.certifyAs(request, seal)
    const chain = `${issued}${await this.openssl.read('ca.pem')}`
    await admin.request('PUT', `${keys}/${id}/certificate`, { chain })
  }

  #lastTo(address: string, fits: RegExp): string | undefined {
    const texts = this.#mails.received
      .filter(({ to }: ReceivedMail) => to.includes(address))
      .map((mail) => readMail(mail.raw).text)
    return texts.findLast((text) => fits.test(text))
  }
}
