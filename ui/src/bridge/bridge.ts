import type { AppView } from '$generated/AppView'
import type { CommandError as Refusal } from '$generated/CommandError'
import type { Commands } from '$generated/commands'
import type { Message } from '$generated/Message'

export type CommandName = keyof Commands
export type Args<N extends CommandName> = Commands[N]['args']
export type Reply<N extends CommandName> = Commands[N]['reply']

/** The only door between the window and the application. */
export interface Bridge {
  /** Rejects with a `CommandError`, and with nothing else. */
  call<N extends CommandName>(name: N, args: Args<N>): Promise<Reply<N>>
  /** Every new state of the application, whole. Returns how to stop listening. */
  onState(hear: (view: AppView) => void): () => void
  /** The shell asks for a screen (`#/new`, `#/settings`), from the tray's menu for instance. */
  onOpen(hear: (route: string) => void): () => void
}

/** A refused command: a code and facts for the words, and the field at fault. */
export class CommandError extends Error implements Refusal {
  readonly code: string
  readonly facts: Message['facts']
  readonly field: string | null

  constructor(refusal: Partial<Refusal>) {
    super(refusal.code ?? 'unexpected')
    this.name = 'CommandError'
    this.code = refusal.code ?? 'unexpected'
    this.facts = refusal.facts ?? {}
    this.field = refusal.field ?? null
  }

  /** Whatever a transport threw, as one class: a refusal keeps its code, anything else is "unreachable". */
  static from(thrown: unknown): CommandError {
    if (thrown instanceof CommandError) return thrown
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
      return new CommandError(thrown as Partial<Refusal>)
    }
    return new CommandError({ code: 'ui_unreachable' })
  }
}
