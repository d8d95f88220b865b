/** What a caller notes about a session: kept, told, and never looked into. */
export type Metadata = Record<string, string>;
