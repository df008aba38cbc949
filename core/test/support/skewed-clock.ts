/**
 * Loaded before a host by `--import`: its clock is wrong by SKEW_MS, and by an hour more from each SIGUSR2 on. The
 * monotonic clock is as it was, as in life.
 */
const HOUR_MS = 3_600_000
const RealDate = Date
let skewMs = Number(process.env['SKEW_MS'] ?? 0)
const now = () => RealDate.now() + skewMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, words, made) =>
    Reflect.construct(target, words.length > 0 ? words : [now()], made),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})
process.on('SIGUSR2', () => {
  skewMs += HOUR_MS
})
