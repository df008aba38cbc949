/** So many calls in an hour, a day or a month. */
export interface Quota {
  readonly count: number
  readonly per: 'hour' | 'day' | 'month'
}

/** Milliseconds since the epoch; the end is the start of the next. */
export interface QuotaPeriod {
  readonly startsAt: number
  readonly endsAt: number
}

/**
 * The period that a moment is in, of the calendar in UTC: every node, the statement and the app agree on where a day ends,
 * and no day has 23 or 25 hours.
 */
export function periodOf(per: Quota['per'], at: number): QuotaPeriod {
  const date = new Date(at)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  switch (per) {
    case 'hour': {
      const hour = date.getUTCHours()
      return period(Date.UTC(year, month, day, hour), Date.UTC(year, month, day, hour + 1))
    }
    case 'day':
      return period(Date.UTC(year, month, day), Date.UTC(year, month, day + 1))
    case 'month':
      return period(Date.UTC(year, month), Date.UTC(year, month + 1))
  }
}

function period(startsAt: number, endsAt: number): QuotaPeriod {
  return { startsAt, endsAt }
}
