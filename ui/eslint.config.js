import { readdirSync } from 'node:fs'
import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

const shellOnly = {
  group: ['@tauri-apps/*'],
  message: 'Only src/bridge/tauri.ts speaks to the shell: call the bridge.',
}
const noWindows = { group: ['**/windows/**'], message: 'Windows compose; nothing imports them.' }
const noFeatures = { group: ['$features/*', '**/features/**'], message: 'Shared code knows no feature.' }
const noDesktop = {
  group: ['$features/*', '**/features/**', '$bridge', '$bridge/*', '**/bridge/**', '@lucide/*', 'bits-ui'],
  message: "The client's page knows src/shared and src/generated alone, and is weighed.",
}

/** One block per tier: what its files may not import. */
function tier(files, patterns) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: [shellOnly, ...patterns] }] } }
}

const features = readdirSync(new URL('./src/features', import.meta.url))

export default ts.config(
  { ignores: ['dist', 'dist-page', 'src/generated'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      'no-undef': 'off', // TypeScript knows better.
      // Timers and caches are kept in plain maps: nothing on the screen depends on them.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-at-html-tags': 'error', // Names come from strangers: text only.
      'no-restricted-globals': [
        'error',
        { name: 'localStorage', message: 'The application keeps; the window forgets.' },
        { name: 'sessionStorage', message: 'The application keeps; the window forgets.' },
      ],
    },
  },
  tier(['src/**'], [noWindows]),
  tier(['src/shared/**', 'src/bridge/**'], [noWindows, noFeatures]),
  ...features.map((name) =>
    tier(
      [`src/features/${name}/**`],
      [
        noWindows,
        { group: ['$features/*', '../*'], message: 'Features do not know each other: windows compose.' },
      ],
    ),
  ),
  tier(['src/windows/**'], []),
  tier(['src/page/**'], [noWindows, noDesktop]),
  { files: ['src/bridge/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
)
