import { createRequire } from 'node:module'

/**
 * Preloaded into npm where there is no network: whether a bundle is Sigstore's is not asked there, since its keys come from
 * a repository at a fixed address. That it is about this package and these bytes npm judges as ever.
 */
const root = new URL('../../../node_modules/npm/package.json', import.meta.url)
const ofNpm = createRequire(root)
const sigstore = ofNpm('sigstore')
const loaded = ofNpm.cache[ofNpm.resolve('sigstore')]
if (loaded !== undefined) loaded.exports = { ...sigstore, verify: async () => undefined }
