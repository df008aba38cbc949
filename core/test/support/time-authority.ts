import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Teardown } from './host-process.ts'
import type { OpenSsl } from './openssl.ts'

const extensions = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=critical,timeStamping',
]
const configuration = [
  '[tsa]\ndefault_tsa=t\n[t]\nserial=./tsa.serial\nsigner_cert=./tsa.pem\ncerts=./ca.pem\nsigner_key=./tsa.key',
  'signer_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512\naccuracy=secs:1\nordering=yes',
  'tsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n',
]

export interface TimeAuthority {
  readonly origin: string
  /** As an authority that is out of order answers. */
  isDown: boolean
  /** What happens when it is asked, before it answers. */
  asked?: () => Promise<void>
}

/** `openssl ts` behind HTTP on the loopback (RFC 3161 §3.4), certified by the authority that `openssl` has made. */
export async function timeAuthority(t: Teardown, openssl: OpenSsl): Promise<TimeAuthority> {
  await openssl.run(
    'genpkey',
    '-algorithm',
    'RSA',
    '-pkeyopt',
    'rsa_keygen_bits:2048',
    '-out',
    'tsa.key',
  )
  await openssl.run('req', '-new', '-key', 'tsa.key', '-subj', '/CN=Test time', '-out', 'tsa.csr')
  const request = (await openssl.read('tsa.csr')).toString()
  await openssl.write('tsa.pem', await openssl.certifyAs(request, extensions))
  await openssl.write('tsa.cnf', configuration.join('\n'))
  await openssl.write('tsa.serial', '01\n')
  let last: Promise<unknown> = Promise.resolve()
  let count = 0
  // One at a time: the serial number is a file.
  const answer = (query: Buffer) => {
    const name = `${++count}`
    const next = last.then(async () => {
      await openssl.write(`${name}.tsq`, query)
      await openssl.run(
        'ts',
        '-reply',
        '-config',
        'tsa.cnf',
        '-queryfile',
        `${name}.tsq`,
        '-out',
        `${name}.tsr`,
      )
      return openssl.read(`${name}.tsr`)
    })
    last = next.catch(() => undefined)
    return next
  }
  const authority: { -readonly [Key in keyof TimeAuthority]: TimeAuthority[Key] } = {
    ...{ origin: '', isDown: false },
  }
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    await authority.asked?.()
    if (authority.isDown) return void response.writeHead(503).end()
    const reply = await answer(Buffer.concat(parts))
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(reply)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => new Promise((done) => server.close(done)))
  authority.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return authority
}
