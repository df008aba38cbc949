/** An object without the members that are undefined: contracts know no null. */
export function known<Shape extends object>(
  shape: Shape,
): { [Name in keyof Shape]: Exclude<Shape[Name], undefined> } {
  const members = Object.entries(shape).filter(([, value]) => value !== undefined)
  return Object.fromEntries(members) as { [Name in keyof Shape]: Exclude<Shape[Name], undefined> }
}
