import { PLACE_MARK } from '@signalbox/sdk/console-places'
import type { FastifyInstance } from 'fastify'
import { say } from '../../language.ts'
import type { SourcePlaces } from '../source-places.ts'

/** A line of the host's log, as pino writes it. */
interface LogRecord {
  readonly level: number
  readonly msg?: string
  readonly plugin?: string
  readonly version?: string
  readonly fields?: Readonly<Record<string, unknown>>
  readonly err?: { readonly message?: string }
}

const WARN = 40
const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/**
 * A line of the host's log as its author reads it: what the plugin says, and what the host warns of.
 * @returns undefined for what is the host's own business
 */
export function devLogLine(json: string, places: SourcePlaces): string | undefined {
  const record = JSON.parse(json) as LogRecord
  const { level, msg = '', plugin, version = '', fields, err } = record
  const name = (levels[level] ?? 'info').padEnd(5)
  if (plugin !== undefined && fields !== undefined) {
    const { stack, ...others } = fields
    const [text = '', place] = msg.split(` ${PLACE_MARK}`)
    const at = place === undefined ? '' : `  (${places.resolve(version, place)})`
    const rest = Object.keys(others).length === 0 ? '' : ` ${JSON.stringify(others)}`
    const trace = typeof stack === 'string' ? `\n${places.resolve(version, stack)}` : ''
    return `  ${name} ${text}${rest}${at}${trace}`
  }
  // What went wrong in a call stands in the line of that call.
  if (level < WARN || err?.message === msg) return undefined
  return `  ${name} ${say({ en: 'host', 'zh-CN': '主机' })}: ${msg}${err?.message ? `: ${err.message}` : ''}`
}

/** A line for each call of a data service: status, time, computing, version. */
export function tellCalls(server: FastifyInstance, print: (line: string) => void): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { call } = request
    if (call?.target !== undefined) {
      const { target, use, answer, picked, failure } = call
      const ms = reply.elapsedTime.toFixed(1)
      const cpu = use === undefined ? '–' : `${use.cpuMs.toFixed(1)} ms`
      const version = answer?.version ?? picked ?? '–'
      const why = failure === undefined ? '' : `  ${failure.message} [${failure.code}]`
      const what = `${target.service}/${target.operation}`
      print(`${reply.statusCode} ${what}  ${ms} ms  cpu ${cpu}  ${version}${why}`)
    }
    done()
  })
}
