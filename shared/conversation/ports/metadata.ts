/** What a caller notes about a session or a turn: kept, told, and never looked into. */
export type Metadata = Record<string, string>;
