/** The scope of a service's events: its last word in their address, where operations have their names. */
export const STREAM = 'stream'
