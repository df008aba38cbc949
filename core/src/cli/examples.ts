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
  'app create': ['signalbox app create planner --tenant acme --name "Production planner"'],
  subscribe: ['signalbox subscribe planner orders.status@1 --tenant acme'],
  call: [
    'signalbox call orders.status@1/read \'{"order":"SO-1"}\' --key dsk_…',
    'signalbox call orders.status@1/read @input.json   # the key from SIGNALBOX_KEY',
    'signalbox call orders.status@1/read - < input.json',
  ],
}
