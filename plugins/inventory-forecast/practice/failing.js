// Bad on purpose, as real ones are: its self-test passes, and what is wrong shows under load.
const DAY_MS = 86_400_000
const FAILS_EVERY = 3
let calls = 0

function promise({ ordered, days }) {
  calls += 1
  if (calls % FAILS_EVERY === 0) throw new Error('every third call of this version fails')
  const delivery = new Date(Date.parse(ordered) + days * DAY_MS)
  return { delivery: delivery.toISOString().slice(0, 10) }
}

function selfTest() {
  const { delivery } = promise({ ordered: '2026-11-25', days: 9 })
  if (delivery !== '2026-12-04') throw new Error(`the ninth day is ${delivery}`)
}

globalThis.__signalbox_plugin = {
  default: { services: { 'practice.delivery': { promise } }, selfTest },
}
