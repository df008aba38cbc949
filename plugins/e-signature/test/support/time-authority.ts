import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { Pki } from './pki.ts'

export interface TimeAuthority {
  readonly url: string
  /** The same without HTTP: a TimeStampReq in, a TimeStampResp out. */
  answer(request: Uint8Array): Promise<Buffer>
}

/** `openssl ts` behind HTTP on the loopback, as an authority answers (RFC 3161 §3.4), under `pki`'s certificate `name`. */
export async function startTimeAuthority(
  t: Pick<Test, 'teardown'>,
  pki: Pki,
  name = 'tsa',
  above = 'inter',
): Promise<TimeAuthority> {
  await pki.write(`${name}.ts.cnf`, configuration(name, above))
  await pki.write(`${name}.serial`, '01\n')
  // One at a time: the serial number is a file.
  let last: Promise<unknown> = Promise.resolve()
  let count = 0
  const answer = (request: Uint8Array): Promise<Buffer> => {
    const number = ++count
    const next = last.then(async () => {
      await pki.write(`${name}.${number}.tsq`, request)
      const files = ['-queryfile', `${name}.${number}.tsq`, '-out', `${name}.${number}.tsr`]
      await pki.openssl('ts', '-reply', '-config', `${name}.ts.cnf`, ...files)
      return pki.read(`${name}.${number}.tsr`)
    })
    last = next.catch(() => undefined)
    return next
  }
  const url = await serve(t, 'application/timestamp-reply', answer)
  return { url, answer }
}

function configuration(name: string, above: string): string {
  return [
    '[tsa]\ndefault_tsa=t\n[t]',
    `serial=./${name}.serial\nsigner_cert=./${name}.pem\ncerts=./${above}.pem\nsigner_key=./${name}.key`,
    'signer_digest=sha256\ndefault_policy=1.2.3.4.1\nother_policies=1.2.3.4.2',
    'digests=sha256,sha384,sha512\naccuracy=secs:1,millisecs:500\nordering=yes\ntsa_name=yes',
    'ess_cert_id_chain=no\ness_cert_id_alg=sha256\n',
  ].join('\n')
}

/** Answers each body that is posted by `answer`, on a free port of the loopback. */
export async function serve(
  t: Pick<Test, 'teardown'>,
  type: string,
  answer: (body: Buffer) => Promise<Buffer>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    try {
      const body = await answer(Buffer.concat(parts))
      response.writeHead(200, { 'content-type': type }).end(body)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => new Promise((done) => server.close(done)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
