/** Under which id the call is kept that ended in this error. Beside the error: its catalogue knows no calls. */
const ids = new WeakMap<object, string>()

export function nameInvocation(error: object, id: string): void {
  ids.set(error, id)
}

export function invocationOf(error: object): string | undefined {
  return ids.get(error)
}
