import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? `${root}target`

export const UI = `${root}ui/dist`
export const PICTURES = `${root}out/pictures/headless`

/** A program of the workspace, as `cargo build` left it; measuring may name another build. */
export const program = (name: string) =>
  (name === 'kabinet-headless' && process.env.KABINET_HEADLESS) || `${target}/debug/${name}`

/** The machine's own settings must not reach into a test. */
const environment = () => {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('KABINET_'))
  return { ...Object.fromEntries(own), KABINET_LOG: 'warn' }
}

/** A started program that has said it is ready, and how to end it. */
export class Running {
  readonly child: ChildProcess
  /** What its first line said after `ready`, or however else it says so. */
  readonly said: string
  readonly #noise: () => string

  private constructor(child: ChildProcess, said: string, noise: () => string) {
    this.child = child
    this.said = said
    this.#noise = noise
  }

  /** What it wrote to its log so far. */
  get log(): string {
    return this.#noise()
  }

  static start(name: string, args: string[]): Promise<Running> {
    return Running.launch(program(name), args, /^ready (.*)$/m)
  }

  /** Any other command, begun in the project's folder; `ready` is the line that says so. */
  static async launch(name: string, args: string[], ready: RegExp): Promise<Running> {
    const child = spawn(name, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    let noise = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (noise += text))
    const said = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (more: string) => {
        text += more
        const line = ready.exec(text)
        if (line) resolve(line[1] ?? '')
      })
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${noise}`)))
    })
    return new Running(child, said, () => noise)
  }

  /** Asks it to end, and waits until it has; `SIGKILL` does not ask. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill(signal)
    await ended
  }
}
