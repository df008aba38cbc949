import type { Readable } from 'node:stream'
import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ByteAnswer } from '../broker/stream-attempt.ts'
import { coreErrors } from '../errors.ts'

/** The process is cut by its own clock; this is for what it has finished, and a client does not take. */
const GRACE_MS = 1000

/** Answers of bytes on their way to clients. A host that stops cuts them: it would wait for the slowest client. */
export class ByteAnswers {
  readonly #open = new Set<Readable>()

  constructor(app: FastifyInstance) {
    app.addHook('preClose', async () => {
      for (const stream of this.#open) stream.destroy(coreErrors.create('HOST_STOPPING'))
    })
  }

  /**
   * Sends as the client takes. From here on a failure can only cut the connection: a client notices, as the last
   * chunk is missing.
   * @param onCut told why
   */
  send(reply: FastifyReply, answer: ByteAnswer, onCut: (error: CodedError) => void): FastifyReply {
    const { stream, contentType, fileName } = answer
    const { request } = reply
    reply.headers({
      'content-type': contentType,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // If a browser shows it all the same, nothing in it runs or loads.
      'content-security-policy': "sandbox; default-src 'none'",
    })
    if (fileName !== undefined) reply.header('content-disposition', dispositionOf(fileName))
    if (request.method === 'HEAD') {
      stream.destroy()
      return reply.send()
    }
    this.#open.add(stream)
    const late = setTimeout(() => stream.destroy(tooLong(answer)), answer.maxMs + GRACE_MS)
    stream.once('close', () => {
      clearTimeout(late)
      this.#open.delete(stream)
    })
    stream.once('error', (error) => {
      const coded = error instanceof CodedError ? error : coreErrors.create('INTERNAL')
      onCut(coded)
      // Where nothing was sent yet the client is given the refusal, and no file.
      if (!reply.raw.headersSent) reply.removeHeader('content-disposition')
      const { plugin, version } = answer
      const fields = { code: coded.code, traceId: request.trace.traceId, plugin, version }
      request.log.warn(fields, 'an answer of bytes was cut')
    })
    return reply.send(stream)
  }
}

function tooLong({ plugin, version, maxMs }: ByteAnswer): CodedError {
  return coreErrors.create('BYTES_TOO_LONG', { plugin, version, limitS: maxMs / 1000 })
}

/** RFC 6266, with RFC 8187 for what is not ASCII. */
function dispositionOf(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/gu, '_')
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
