// biome-ignore lint/performance/noBarrelFile: an entry of the build, of which others import what they need
export { Fragment, jsx, jsxs } from 'react/jsx-runtime'
