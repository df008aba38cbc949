import packageJson from '../package.json' with { type: 'json' }

/** What a plugin's `host` range is compared with. */
export const hostVersion: string = packageJson.version
