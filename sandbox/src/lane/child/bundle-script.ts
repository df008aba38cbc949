/**
 * A bundle as it is compiled. The value of the last statement is what crosses: a number, never something that
 * the bundle made.
 */
export function bundleScript(bundle: string): string {
  return `${bundle}\n;0`
}

/** What stacks name. Compiled code is only taken for a script of the same name. */
export const bundleFilename = 'plugin.js'
