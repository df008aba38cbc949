// biome-ignore lint/performance/noBarrelFile: an entry of the build, of which others import what they need
export { createRoot, hydrateRoot } from 'react-dom/client'
