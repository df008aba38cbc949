import { coreErrors } from '../errors.ts'

export interface TraceSettings {
  /** Of an OTLP/HTTP receiver, `/v1/traces` included. */
  readonly url: string
  /** Of traces that begin here, how many are recorded: 0 to 1. */
  readonly sample: number
  /** Whether whoever sends a traceparent decides that it is recorded; else it is as a trace that begins here. */
  readonly callersDecide: boolean
}

const PATH = '/v1/traces'

/**
 * By OpenTelemetry's own names. What else they have (headers, time-outs, certificates, the name of the service) its
 * libraries read.
 * @throws CORE_SETTING_INVALID
 */
export function readTraceSettings(text: (name: string) => string | null): TraceSettings | null {
  const sample = ratio('SIGNALBOX_TRACE_SAMPLE', text('SIGNALBOX_TRACE_SAMPLE'))
  const callersDecide = word('SIGNALBOX_TRACE_CALLERS', text) !== 'ignored'
  if (text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return null
  const own = receiver('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', text)
  if (own !== null) return { url: own, sample, callersDecide }
  const base = receiver('OTEL_EXPORTER_OTLP_ENDPOINT', text)
  return base === null ? null : { url: `${base.replace(/\/+$/, '')}${PATH}`, sample, callersDecide }
}

function word(name: string, text: (name: string) => string | null): 'decide' | 'ignored' {
  const value = text(name) ?? 'decide'
  if (value === 'decide' || value === 'ignored') return value
  const reason = `it is decide or ignored, which ${value} is not`
  throw coreErrors.create('SETTING_INVALID', { name, reason })
}

function receiver(name: string, text: (name: string) => string | null): string | null {
  const value = text(name)
  if (value === null) return null
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol === 'http:' || protocol === 'https:') return value
  // It may hold a password.
  throw coreErrors.create('SETTING_INVALID', { name, reason: 'it is no http:// or https:// URL' })
}

function ratio(name: string, value: string | null): number {
  if (value === null) return 1
  const number = Number(value)
  if (/^\d*\.?\d+$/.test(value) && number <= 1) return number
  throw coreErrors.create('SETTING_INVALID', { name, reason: `${value} is no number from 0 to 1` })
}
