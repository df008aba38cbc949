import { Spin } from 'antd'
import { createBrowserRouter, type RouteObject } from 'react-router'
import { PageFault } from './page-fault.tsx'
import { PAGES } from './page-table.ts'
import { Root } from './root.tsx'
import { CONSOLE_PATH } from './this-page.ts'

/** Every page is loaded when somebody goes there. */
export function openRouter() {
  const pages: RouteObject[] = PAGES.map(({ path, load }) => ({
    path,
    lazy: async () => ({ Component: await load() }),
    errorElement: <PageFault />,
  }))
  const rest: RouteObject = {
    path: '*',
    lazy: async () => ({
      Component: (await import('../pages/not-found/not-found-page.tsx')).NotFoundPage,
    }),
  }
  return createBrowserRouter(
    [
      {
        element: <Root />,
        hydrateFallbackElement: <Spin fullscreen />,
        errorElement: <PageFault />,
        children: [...pages, rest],
      },
    ],
    { basename: CONSOLE_PATH },
  )
}
