import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Teardown, temporaryHome } from './host-process.ts'

/** A server that plugins ask; what came is kept. */
export interface OutboundServer {
  readonly origin: string
  readonly port: number
  readonly requests: SeenRequest[]
  /** Resolves when a connection is closed while its request has no whole answer. */
  readonly cutOff: Promise<void>
  readonly connections: () => number
}

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void

export interface Certificate {
  readonly key: string
  readonly cert: string
  readonly file: string
}

/** Self-signed, by openssl. @param names as `DNS:a.example` or `IP:127.0.0.1` */
export async function certificateFor(t: Teardown, names: readonly string[]): Promise<Certificate> {
  const folder = await temporaryHome(t)
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...[
      '-days',
      '2',
      '-subj',
      '/CN=signalbox test',
      '-addext',
      `subjectAltName=${names.join(',')}`,
    ],
    ...['-keyout', keyFile, '-out', file],
  ])
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(file, 'utf8'), file }
}

interface Place {
  readonly address?: string
  readonly port?: number
  readonly certificate?: Certificate
}

export async function outboundServer(
  t: Teardown,
  answer: Answer,
  { address = '127.0.0.1', port = 0, certificate }: Place = {},
): Promise<OutboundServer> {
  const requests: SeenRequest[] = []
  let tellCutOff: () => void = () => undefined
  const cutOff = new Promise<void>((resolve) => {
    tellCutOff = resolve
  })
  let connections = 0
  const listener: RequestListener = async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) tellCutOff()
    })
    const body = await bodyOf(request).catch(() => '')
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body }
    requests.push(seen)
    answer(seen, response)
  }
  const server: Server =
    certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener)
  server.on('connection', () => {
    connections++
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const listening = (server.address() as AddressInfo).port
  const scheme = certificate === undefined ? 'http' : 'https'
  return {
    origin: `${scheme}://${address}:${listening}`,
    port: listening,
    requests,
    cutOff,
    connections: () => connections,
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
