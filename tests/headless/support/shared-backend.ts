import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { program, Running } from './program.ts'

const run = promisify(execFile)

/** `kabinet-backend` as a practice runs it, apart from the application. It can be killed and come back at the same address. */
export class SharedBackend {
  readonly #data: string
  #running: Running
  readonly url: string

  private constructor(data: string, running: Running) {
    this.#data = data
    this.#running = running
    this.url = running.said
  }

  static async start(data: string): Promise<SharedBackend> {
    return new SharedBackend(data, await serve(data, '127.0.0.1:0'))
  }

  kill() {
    return this.#running.stop('SIGKILL')
  }

  stop() {
    return this.#running.stop()
  }

  async comeBack() {
    this.#running = await serve(this.#data, new URL(this.url).host)
  }

  /** A new specialist with a device token. */
  async token(name: string): Promise<string> {
    const text = await this.#specialist('add', name, '--token')
    return /[A-Za-z0-9_-]{32,}/.exec(text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ''))?.[0] ?? ''
  }

  add(name: string) {
    return this.#specialist('add', name)
  }

  /** What an operator sends to a specialist. */
  async pairing(name: string): Promise<{ link: string; code: string }> {
    const text = await this.#specialist('pair', name, '--url', this.url)
    return { link: /kabinet:\/\/\S+/.exec(text)?.[0] ?? '', code: /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/.exec(text)?.[0] ?? '' }
  }

  async #specialist(...args: string[]): Promise<string> {
    return (await run(program('kabinet-backend'), ['specialist', ...args, '--data', this.#data])).stdout
  }
}

function serve(data: string, listen: string) {
  return Running.start('kabinet-backend', ['serve', '--data', data, '--listen', listen])
}
