import { createBrowserRouter, type RouteObject } from 'react-router'
import { Waiting } from '../parts/waiting.tsx'
import { PageFault } from './page-fault.tsx'
import { PAGES, type PageEntry } from './page-table.ts'
import { Root } from './root.tsx'
import { CONSOLE_PATH } from './this-page.ts'

/** Every page is loaded when somebody goes there, and the library of controls with the first that is made of it. */
export function openRouter() {
  const [plain, rich] = [true, false].map((isPlain) =>
    PAGES.filter((page) => (page.isPlain ?? false) === isPlain).map(routeOf),
  )
  const rest: RouteObject = {
    path: '*',
    lazy: async () => ({
      Component: (await import('../pages/not-found/not-found-page.tsx')).NotFoundPage,
    }),
  }
  const library: RouteObject = {
    lazy: async () => ({ Component: (await import('./library.tsx')).LibraryPages }),
    errorElement: <PageFault />,
    children: [...(rich ?? []), rest],
  }
  return createBrowserRouter(
    [
      {
        element: <Root />,
        hydrateFallbackElement: <Waiting />,
        errorElement: <PageFault />,
        children: [...(plain ?? []), library],
      },
    ],
    { basename: CONSOLE_PATH },
  )
}

function routeOf({ path, load }: PageEntry): RouteObject {
  return {
    path,
    lazy: async () => ({ Component: await load() }),
    errorElement: <PageFault />,
  }
}
