/** Known at once, which is nearly always, or after PostgreSQL was asked: a promise for each step would cost more than the step. */
export type Soon<Value> = Value | Promise<Value>

/** Goes on with the value, at once where it is there. */
export function andThen<Value, Next>(
  soon: Soon<Value>,
  next: (value: Value) => Soon<Next>,
): Soon<Next> {
  return soon instanceof Promise ? soon.then(next) : next(soon)
}
