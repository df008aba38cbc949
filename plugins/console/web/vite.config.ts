import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { builtFiles } from './build/built-files.ts'
import { completeTexts } from './build/complete-texts.ts'
import { hostPage } from './build/host-page.ts'
import { libraryMeasures } from './build/library-measures.ts'
import { pdfData } from './build/pdf-data.ts'
import { sharedEntries } from './build/shared-modules.ts'

const folder = import.meta.dirname

const HEAVY =
  /\/parts\/(change-note|cut-menu|figures|instant-input|list-table|more-rows|secret-once|sections|word-search)\./

const ofEveryPage = (id: string): boolean =>
  /\/console\/web\/(parts|api)\//.test(id) && !HEAVY.test(id)

/** The page as files of the package: the host puts its place and a nonce into the entry, see build/host-page.ts. */
export default defineConfig({
  root: folder,
  base: './',
  plugins: [
    completeTexts(join(folder, 'texts')),
    libraryMeasures(),
    pdfData(),
    react(),
    hostPage(),
    builtFiles(),
  ],
  // Another React is among the tools of the repository: without this, parts of antd would find that one.
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    outDir: join(folder, '../ui'),
    emptyOutDir: true,
    target: 'es2023',
    // The policy of the page lets no data: script in, and a worker is a file like any other.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    // Those of the entry are in the page, held to their digests; a browser takes no preload that is not: see build/host-page.ts.
    modulePreload: false,
    rolldownOptions: {
      input: { index: join(folder, 'index.html'), ...sharedEntries(folder) },
      // A page of a plugin imports these by the names that they export.
      preserveEntrySignatures: 'allow-extension',
      output: {
        codeSplitting: {
          // What every page needs, in a few files rather than in thirty. Tables, tabs, dialogs and fields come with the pages that
          // have them: with what they stand on they are as large as all the rest.
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: 'parts', test: ofEveryPage },
          ],
        },
      },
    },
  },
})
