/**
 * What a server has answered in place of a result, or why it was not asked; its message is for the model. Anything else
 * that a call throws leaves open whether it was made.
 */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}

/** The server has forgotten the session: it has not looked at what it was asked. */
export class SessionLost extends Refusal {
  override readonly name = 'SessionLost';
}
