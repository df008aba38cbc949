export interface Limits {
  readonly lower?: number | null | undefined
  readonly upper?: number | null | undefined
}

/** Whether a value keeps the limits; on a limit it does. */
export function isWithin({ lower, upper }: Limits, value: number): boolean {
  return (lower == null || value >= lower) && (upper == null || value <= upper)
}

export function hasLimit({ lower, upper }: Limits): boolean {
  return lower != null || upper != null
}
