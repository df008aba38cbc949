/** The five fields of a cron expression, in their order, with their bounds and names. */
const fields = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  {
    name: 'month',
    least: 1,
    most: 12,
    words: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
  },
  // Sunday is 0 and 7, as everywhere.
  { name: 'day of the week', least: 0, most: 7, words: 'SUN MON TUE WED THU FRI SAT'.split(' ') },
] as const

type Field = (typeof fields)[number]

/** Of a leap year: the 29th of February comes, if seldom. */
const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * What is wrong with a cron expression. Five fields of POSIX, with steps and English names: what every cron
 * understands alike. Seconds, `@daily`, `L`, `W`, `#` and `?` are refused.
 * @returns one sentence with the cure, or undefined
 */
export function cronFault(expression: string): string | undefined {
  const parts = expression.split(' ')
  if (parts.length !== fields.length || parts.some((part) => part === '')) {
    return 'must be five fields with one space between them: minute hour day month weekday, such as 0 2 * * *'
  }
  for (const [index, field] of fields.entries()) {
    const text = parts[index] as string
    if (text.split(',').every((item) => isItem(item, field))) continue
    return `the ${field.name} "${text}" must be *, numbers from ${field.least} to ${field.most}, ranges a-b rising, with /step after * or a range`
  }
  return neverComes(parts[2] as string, parts[3] as string, parts[4] as string)
    ? `no month it names has the day ${parts[2]}: it would never run`
    : undefined
}

/** Whether the name is one of the IANA time zone database, as far as this process knows it. */
export function isTimeZone(name: string): boolean {
  // Intl also takes offsets such as +01:00, which say nothing about summer time.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function isItem(item: string, field: Field): boolean {
  const [range = '', step, ...more] = item.split('/')
  if (more.length > 0) return false
  const [from, to, ...others] = range.split('-')
  if (others.length > 0) return false
  if (step !== undefined) {
    if (range !== '*' && to === undefined) return false
    if (!isNumber(step) || Number(step) < 1 || Number(step) > field.most) return false
  }
  if (range === '*') return true
  const first = numberOf(from, field)
  const last = to === undefined ? first : numberOf(to, field)
  return first !== undefined && last !== undefined && first <= last
}

function numberOf(text: string | undefined, { least, most, words }: Field): number | undefined {
  if (text === undefined) return undefined
  const word = (words as readonly string[]).indexOf(text.toUpperCase())
  if (word >= 0) return least + word
  const value = Number(text)
  return isNumber(text) && value >= least && value <= most ? value : undefined
}

function isNumber(text: string): boolean {
  return /^\d{1,2}$/.test(text)
}

/** Only where the weekday is free: a weekday comes in every month. */
function neverComes(day: string, month: string, weekday: string): boolean {
  if (weekday !== '*' || day.includes('*')) return false
  const earliest = Math.min(...day.split(',').map((item) => Number(item.split(/[-/]/)[0])))
  const months = month.includes('*') ? [2, 1] : month.split(',').flatMap(monthsIn)
  return months.every((number) => earliest > (daysOfMonth[number - 1] ?? 0))
}

/** A step only leaves months out: the one it begins with is always there. */
function monthsIn(item: string): number[] {
  const [range = '', step = '1'] = item.split('/')
  const [first, last = first] = range.split('-').map((text) => numberOf(text, fields[3]) ?? 1)
  const months: number[] = []
  for (let month = first ?? 1; month <= (last ?? 1); month += Number(step)) months.push(month)
  return months
}
