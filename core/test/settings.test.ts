import t from 'tap'
import { readSettings } from '../src/settings.ts'

t.test(
  'without an environment the host is on loopback, port 4400, embedded, in .signalbox',
  async (t) => {
    t.match(readSettings({}, '/somewhere'), {
      port: 4400,
      host: '127.0.0.1',
      databaseUrl: null,
      dataFolder: '/somewhere/.signalbox',
      adminToken: null,
      drainMs: 30_000,
      publishTrials: 'enforce',
      minimumReleaseAgeHours: 24,
      traces: null,
    })
  },
)

t.test(
  'a setting that cannot be used is refused by name, and its value is not printed',
  async (t) => {
    const wrong: Record<string, string>[] = [
      { PORT: '99999' },
      { PORT: 'abc' },
      { DATABASE_URL: 'mysql://root:hunter2@db/x' },
      { SIGNALBOX_ADMIN_TOKEN: 'hunter2' },
      { SIGNALBOX_PUBLIC_URL: 'ftp://x' },
      { LOG_LEVEL: 'loud' },
      { SIGNALBOX_DRAIN_S: '0' },
      { SIGNALBOX_TRACE_SAMPLE: '1.1' },
      { SIGNALBOX_TRACE_SAMPLE: '-1' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      { SIGNALBOX_DRAIN_S: '901' },
      { SIGNALBOX_DRAIN_S: '1.5' },
      { SIGNALBOX_FETCH_ALLOW: 'http://127.0.0.1:9000,*' },
      { SIGNALBOX_FETCH_ALLOW: 'http://me:hunter2@127.0.0.1' },
    ]
    for (const environment of wrong) {
      const [name] = Object.keys(environment)
      t.throws(() => readSettings(environment, '/'), {
        code: 'CORE_SETTING_INVALID',
        parameters: { name },
      })
      try {
        readSettings(environment, '/')
      } catch (error) {
        t.notMatch(String(error), 'hunter2')
      }
    }
  },
)

t.test(
  'files are found from the working folder, and what plugins may reach is parsed',
  async (t) => {
    const { keyFile, fetchAllow } = readSettings(
      { SIGNALBOX_KEY_FILE: 'keys', SIGNALBOX_FETCH_ALLOW: 'http://127.0.0.1:9000' },
      '/somewhere',
    )
    t.equal(keyFile, '/somewhere/keys')
    t.same(fetchAllow, [{ kind: 'origin', origin: 'http://127.0.0.1:9000' }])
  },
)

t.test('a trailing slash of the public URL is no part of it', async (t) => {
  const { publicUrl } = readSettings({ SIGNALBOX_PUBLIC_URL: 'https://box.example.com//' }, '/')
  t.equal(publicUrl, 'https://box.example.com')
})
