/**
 * What a server has answered in place of a result, or why it was not asked; its message is for the model. Anything else
 * that a call throws leaves open whether it was made.
 */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}

/** The server, or who stands before it, has turned the request away by HTTP: what is known of the connection may be old. */
export class TurnedAway extends Refusal {
  override readonly name: string = 'TurnedAway';
}

/** The server has forgotten the session: it has not looked at what it was asked. */
export class SessionLost extends TurnedAway {
  override readonly name = 'SessionLost';
}
