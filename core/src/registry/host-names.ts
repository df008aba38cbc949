/** What the host itself speaks under, in events and permissions; nobody else does. */
const HOST_NAME = 'signalbox'

export function isHostName(name: string): boolean {
  return name === HOST_NAME || name.startsWith(`${HOST_NAME}.`)
}
