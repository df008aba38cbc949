/** What the help of each command shows below its arguments. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  serve: ['signalbox serve', 'PORT=8080 DATABASE_URL=postgres://… signalbox serve'],
  migrate: ['signalbox migrate', 'signalbox migrate --down   # takes the newest step back'],
  create: [
    'signalbox create quality-gate   # asks three questions',
    'signalbox create @acme/quality-gate --template event-consumer --language js --yes',
  ],
  dev: ['signalbox dev', 'signalbox dev plugins/orders --grant --port 4500'],
  test: ['signalbox test', 'signalbox test plugins/orders --json'],
  login: [
    'signalbox login --url https://signalbox.example.com   # asks for a token, unseen',
    'signalbox login --url https://signalbox.example.com < token.txt',
    'signalbox login --url https://signalbox.example.com --web   # as a publisher, by a browser',
  ],
  logout: ['signalbox logout --url https://signalbox.example.com'],
  pack: ['signalbox pack', 'signalbox pack plugins/orders'],
  check: ['signalbox check', 'signalbox check acme-orders-1.2.0.tgz --json'],
  'marketplace add': ['signalbox marketplace add vendor https://plugins.example.com/npm'],
  'marketplace confirm': ['signalbox marketplace confirm vendor SHA256:…'],
  'marketplace bind': ['signalbox marketplace bind vendor @acme'],
  'marketplace set': [
    'signalbox marketplace set vendor --allow @acme/gate,@acme/base-* --minimum-age 72',
  ],
  'marketplace bundle': [
    'signalbox marketplace bundle @acme/gate,@acme/orders@1.2.0 --out acme.bundle',
  ],
  'marketplace import': ['signalbox marketplace import vendor acme.bundle'],
  'tenant create': ['signalbox tenant create acme --name "Acme Ltd"'],
  'tenant change': ['signalbox tenant change acme --time-zone Asia/Shanghai'],
  sign: ['signalbox sign --new-key', 'signalbox sign'],
  verify: [
    'signalbox verify acme-gate-1.0.0.tgz --fingerprint SHA256:… --url https://plugins.example.com',
    'signalbox verify acme.bundle --fingerprint SHA256:…   # asks no network',
  ],
  'signing-key register': [
    'signalbox signing-key register --publisher acme',
    'signalbox signing-key register --publisher acme --replaces old-key.pem',
  ],
  'plugin search': [
    'signalbox plugin search 质检',
    'signalbox plugin search forecast --category planning --compatible',
  ],
  'plugin show': [
    'signalbox plugin show @acme/orders',
    'signalbox plugin show @acme/orders@1.2.0 --json',
  ],
  'plugin install': [
    'signalbox plugin install @acme/orders   # shows its terms, where it has some, and asks',
    'signalbox plugin install @acme/orders@1.2.0 --accept-terms 9f86d081884c7d659a2f…   # in a script',
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
  'review list': ['signalbox review list', 'signalbox review list --status rejected'],
  'review show': [
    'signalbox review show @acme/orders@1.2.0',
    'signalbox review show 0f8fad5b-d9cb-469f-a165-70867728950e',
  ],
  'review diff': [
    'signalbox review diff @acme/orders@1.2.0 --stat',
    'signalbox review diff @acme/orders@1.2.0 --file dist/plugin.js',
  ],
  'review approve': [
    'signalbox review approve 0f8fad5b-d9cb-469f-a165-70867728950e --text "read the bundle"',
  ],
  'review reject': [
    'signalbox review reject 0f8fad5b-d9cb-469f-a165-70867728950e --text "asks for too much"',
  ],
  'review appeal': [
    'signalbox review appeal 0f8fad5b-d9cb-469f-a165-70867728950e --text "it needs it, see the README"',
  ],
  'updates list': ['signalbox updates list'],
  'updates show': ['signalbox updates show @acme/orders'],
  'updates set': [
    'signalbox updates set @acme/orders patch --minimum-age-hours 72',
    'signalbox updates set @acme/orders manual',
  ],
  'package yank': ['signalbox package yank @acme/orders@1.2.0 --reason "wrong totals"'],
  'package block': ['signalbox package block @acme/orders@1.2.0 --reason "sends rows away"'],
  'webhook deliveries': ['signalbox webhook deliveries whe_0123456789abcdef01234567 --state dead'],
  'webhook replay': [
    'signalbox webhook replay whe_0123456789abcdef01234567 42',
    'signalbox webhook replay whe_0123456789abcdef01234567 --since 2026-01-31T08:00:00Z',
  ],
  'secrets rewrap': [
    'signalbox secrets rewrap   # after a new first line in SIGNALBOX_KEY_FILE of every node',
  ],
  'audit list': ['signalbox audit list --tenant acme --action binding.changed'],
  'audit verify': [
    'signalbox audit verify --tenant acme',
    'signalbox audit verify --against audit-acme-june.ndjson   # what was signed then still stands',
    'signalbox audit verify --file audit-acme.ndjson --keys signing-keys.json   # without a host',
  ],
  'audit export': ['signalbox audit export --tenant acme --out audit-acme.ndjson.gz --gz'],
  'usage show': ['signalbox usage show --tenant acme --by service --from 2026-06-01'],
  'usage statement': [
    'signalbox usage statement 2026-06 --tenant acme --format csv',
    'signalbox usage statement 2026-06 --publisher initrode',
  ],
  'rollout start': [
    'signalbox rollout start @acme/orders@1.3.0   # 1, 5, 25, 50, 100 %',
    'signalbox rollout start @acme/orders@1.3.0 --by tenant --steps steps.json',
    'signalbox rollout start rol_0123456789abcdef   # one that is planned already',
  ],
  'rollout list': ['signalbox rollout list --plugin @acme/orders'],
  'rollout status': [
    'signalbox rollout status rol_0123456789abcdef',
    'signalbox rollout status rol_0123456789abcdef --watch   # exit code 1: aborted or superseded',
  ],
  'rollout pause': ['signalbox rollout pause rol_0123456789abcdef --reason "stock-taking"'],
  'rollout resume': ['signalbox rollout resume rol_0123456789abcdef'],
  'rollout promote': ['signalbox rollout promote rol_0123456789abcdef   # to 100 % at once'],
  'rollout abort': ['signalbox rollout abort rol_0123456789abcdef --reason "wrong totals"'],
  'rollout validate': [
    'signalbox rollout validate @acme/orders@1.3.0 --steps steps.json   # exit code 1: it cannot be planned',
  ],
  'rollout analysis': ['signalbox rollout analysis rol_0123456789abcdef'],
  'rollout approvals': ['signalbox rollout approvals --tenant acme'],
  'rollout approve': [
    'signalbox rollout approve rol_0123456789abcdef --token $ADMIN --reason "seen in Suzhou"   # the operator may not',
  ],
  'rollout supersede': ['signalbox rollout supersede rol_0123456789abcdef'],
  'rollout retry': [
    'signalbox rollout retry rol_0123456789abcdef --version 1.3.1',
    'signalbox rollout retry rol_0123456789abcdef --force   # the network was down, not the version',
  ],
  'rollout freeze': [
    'signalbox rollout freeze spring --from 2026-02-14T00:00:00+08:00 --to 2026-02-24T00:00:00+08:00 --reason "spring festival"',
    'signalbox rollout freeze nights --days fri,sat --from 18:00 --to 08:00 --time-zone Asia/Shanghai --reason "nobody is here"',
  ],
  'rollout unfreeze': ['signalbox rollout unfreeze spring'],
  'rollout lockdown on': [
    'signalbox rollout lockdown on --reason "the network is not to be trusted"',
  ],
  'rollout lockdown off': ['signalbox rollout lockdown off'],
  'rollout cohorts put': ['signalbox rollout cohorts put suzhou unit:acme/suzhou app:acme/planner'],
  'rollout assignment': [
    'signalbox rollout assignment @acme/orders --tenant acme --key planner --unit suzhou',
  ],
  assignment: ['signalbox assignment @acme/orders --tenant acme --key planner'],
  'app create': ['signalbox app create planner --tenant acme --name "Production planner"'],
  'app origins': [
    'signalbox app origins planner https://board.example.com --tenant acme',
    'signalbox app origins planner --tenant acme   # no page any more',
  ],
  'plan set': ['signalbox plan set orders.status@1 partner --rate 20 --burst 40 --approval manual'],
  subscribe: [
    'signalbox subscribe planner orders.status@1 --tenant acme',
    'signalbox subscribe planner orders.status@1 --tenant acme --env > .env   # no key on the screen',
  ],
  types: [
    'signalbox types orders.status@1 > orders.status.v1.ts',
    'signalbox types contracts/orders.status.json --out orders.status.v1.ts   # of a contract that nobody serves yet',
  ],
  call: [
    'signalbox call orders.status@1/read \'{"order":"SO-1"}\' --key dsk_…',
    'signalbox call orders.status@1/read @input.json   # the key from SIGNALBOX_KEY',
    'signalbox call orders.status@1/read - < input.json',
  ],
  replay: [
    'signalbox replay inv_0123456789abcdef01234567   # exit code 0: same, 1: not, 2: a redacted field was read',
    'signalbox replay inv_0123456789abcdef01234567 --bundle dist/plugin.js   # would the mended one do better?',
  ],
  'subscription requests': ['signalbox subscription requests --tenant acme'],
  'subscription approve': [
    'signalbox subscription approve sub_0123456789abcdef --until 2027-01-01T00:00:00Z',
  ],
  'subscription reject': [
    'signalbox subscription reject sub_0123456789abcdef --reason "no contract yet"',
  ],
  'credential issue': [
    'signalbox credential issue sub_0123456789abcdef',
    'signalbox credential issue sub_0123456789abcdef --oauth --name erp',
    'signalbox credential issue sub_0123456789abcdef --oauth --env >> .env',
  ],
  'credential rotate': [
    'signalbox credential rotate sub_0123456789abcdef 0123456789abcdefghjk   # both for a day',
  ],
}
