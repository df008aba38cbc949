/** What the help of each command shows below its arguments. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  serve: ['signalbox serve', 'PORT=8080 DATABASE_URL=postgres://… signalbox serve'],
  migrate: ['signalbox migrate', 'signalbox migrate --down   # takes the newest step back'],
  pack: ['signalbox pack', 'signalbox pack plugins/orders'],
  'tenant create': ['signalbox tenant create acme --name "Acme Ltd"'],
  'plugin install': [
    'signalbox plugin install @acme/orders',
    'signalbox plugin install @acme/orders@1.2.0',
  ],
  'plugin enable': [
    'signalbox plugin enable @acme/orders --tenant acme   # shows what it asks for',
    'signalbox plugin enable @acme/orders --tenant acme --consent',
  ],
  'plugin rollback': [
    'signalbox plugin rollback @acme/orders --reason "wrong totals"',
    'signalbox plugin rollback @acme/orders --to 1.2.0',
  ],
  'plugin remove': [
    'signalbox plugin remove @acme/orders   # its data is kept, and found by a later install',
    'signalbox plugin remove @acme/orders --data export   # then purged',
    'signalbox plugin remove @acme/orders --data purge',
  ],
  'secrets rewrap': [
    'signalbox secrets rewrap   # after a new first line in SIGNALBOX_KEY_FILE of every node',
  ],
  'rollout start': [
    'signalbox rollout start @acme/orders@1.3.0   # 1, 5, 25, 50, 100 %',
    'signalbox rollout start @acme/orders@1.3.0 --by tenant --steps steps.json',
  ],
  'rollout status': [
    'signalbox rollout status rol_0123456789abcdef',
    'signalbox rollout status rol_0123456789abcdef --watch   # exit code 1: aborted',
  ],
  'rollout pause': ['signalbox rollout pause rol_0123456789abcdef --reason "stock-taking"'],
  'rollout resume': ['signalbox rollout resume rol_0123456789abcdef'],
  'rollout promote': ['signalbox rollout promote rol_0123456789abcdef   # to 100 % at once'],
  'rollout abort': ['signalbox rollout abort rol_0123456789abcdef --reason "wrong totals"'],
  assignment: ['signalbox assignment @acme/orders --tenant acme --key planner'],
  'app create': ['signalbox app create planner --tenant acme --name "Production planner"'],
  subscribe: ['signalbox subscribe planner orders.status@1 --tenant acme'],
  call: [
    'signalbox call orders.status@1/read \'{"order":"SO-1"}\' --key dsk_…',
    'signalbox call orders.status@1/read @input.json   # the key from SIGNALBOX_KEY',
    'signalbox call orders.status@1/read - < input.json',
  ],
  replay: [
    'signalbox replay inv_0123456789abcdef01234567   # exit code 0: same, 1: not, 2: a redacted field was read',
    'signalbox replay inv_0123456789abcdef01234567 --bundle dist/plugin.js   # would the mended one do better?',
  ],
}
