import { fileURLToPath, URL } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    // Tests run the state classes as the window does, not as a server would render them.
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
    alias: {
      $bridge: here('./src/bridge'),
      $generated: here('./src/generated'),
      $shared: here('./src/shared'),
      $features: here('./src/features'),
    },
  },
  // Relative, so that the same files work from the shell's own scheme and from any HTTP path.
  base: './',
  build: {
    target: 'safari16',
    cssTarget: 'safari16',
    // The shell serves files from inside the program: a preload helper only costs a request.
    modulePreload: { polyfill: false },
    // Data URLs would need a wider content security policy.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    strictPort: true,
    // The words live beside the Rust code that shares them.
    fs: { allow: ['.', '../crates/app/locales'] },
    // `npm run dev` against a running `kabinet-headless`.
    proxy: {
      '/command': 'http://127.0.0.1:8790',
      '/state': 'http://127.0.0.1:8790',
    },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
  },
})
