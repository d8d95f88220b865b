/** A fault of the setup, not of the code: its message is all that a reader needs. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
