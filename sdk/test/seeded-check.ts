import fc from 'fast-check'

/**
 * fast-check with one seed, so that a run of the tests says the same each time. `PROPERTY_SEED` chooses another:
 * whoever looks for what no run has met yet gives `PROPERTY_SEED=$RANDOM`.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_126) })

export { fc }
