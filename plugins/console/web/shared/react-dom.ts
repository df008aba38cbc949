import * as ReactDom from 'react-dom'

export const {
  createPortal,
  flushSync,
  preconnect,
  prefetchDNS,
  preinit,
  preinitModule,
  preload,
  preloadModule,
  requestFormReset,
  useFormStatus,
  version,
} = ReactDom

// biome-ignore lint/style/noDefaultExport: taken as a whole, too
export default ReactDom
