import t from 'tap'
import { readTraceSettings } from '../../src/tracing/trace-settings.ts'

const read = (environment: Readonly<Record<string, string>>) =>
  readTraceSettings((name) => environment[name] ?? null)

t.test('the receiver is named as OpenTelemetry names it', (t) => {
  t.equal(read({}), null)
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
  t.same(read(base), { url: 'http://collector:4318/v1/traces', sample: 1, callersDecide: true })
  const own = { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/in' }
  t.same(read({ ...own, SIGNALBOX_TRACE_SAMPLE: '0.05', SIGNALBOX_TRACE_CALLERS: 'ignored' }), {
    url: 'https://other/in',
    sample: 0.05,
    callersDecide: false,
  })
  t.equal(read({ ...base, OTEL_SDK_DISABLED: 'TRUE' }), null)
  t.end()
})

t.test('whose word on sampling is taken is one of two', (t) => {
  t.throws(() => read({ SIGNALBOX_TRACE_CALLERS: 'maybe' }), { code: 'CORE_SETTING_INVALID' })
  t.end()
})

t.test('what cannot be used is refused by name, and a password in it is not printed', (t) => {
  const wrong = { OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://me:secret@collector' }
  t.throws(() => read(wrong), { code: 'CORE_SETTING_INVALID', message: /^(?!.*secret)/ })
  for (const value of ['2', '-1', 'half', '1e-3']) {
    t.throws(() => read({ SIGNALBOX_TRACE_SAMPLE: value }), { code: 'CORE_SETTING_INVALID' })
  }
  t.end()
})
