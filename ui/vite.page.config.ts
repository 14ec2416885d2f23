import { fileURLToPath, URL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A cheap phone on a slow line: script, styles and the server's HTML together, compressed, in bytes. */
const MOST = 50_000
/** What the server's HTML may take of it. */
const HTML = 4_000

/** Breaks a build that has become too heavy, before anybody's phone does. */
const light: Plugin = {
  name: 'light',
  // The styles join the bundle late.
  enforce: 'post',
  generateBundle(_options, bundle) {
    const weights = Object.values(bundle).map((file) => {
      const text = file.type === 'chunk' ? file.code : file.source
      return { name: file.fileName, weight: gzipSync(text).length }
    })
    const weight = weights.reduce((sum, file) => sum + file.weight, HTML)
    const names = weights.map((file) => file.name).sort()
    if (names.join() !== 'page.css,page.js') this.error(`The page is one script and one style, not ${names}.`)
    if (weight >= MOST)
      this.error(`The client's page weighs ${weight} bytes compressed; ${MOST} is too much.`)
  },
}

/** The client's page: taken into the backend at compile time, which serves both files under names of its own. */
export default defineConfig({
  plugins: [svelte(), light],
  publicDir: false,
  resolve: {
    alias: {
      $generated: here('./src/generated'),
      $shared: here('./src/shared'),
    },
  },
  base: './',
  build: {
    outDir: 'dist-page',
    // Phones are kept for years, and apps' own browsers are older still. Svelte itself asks for about as much.
    target: ['es2020', 'chrome87', 'safari14', 'firefox78'],
    cssTarget: ['chrome87', 'safari14', 'firefox78'],
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rolldownOptions: {
      input: here('./src/page/main.ts'),
      output: { entryFileNames: 'page.js', assetFileNames: 'page.[ext]', codeSplitting: false },
    },
  },
})
