/** What a caller wants to read again with its turn, as it stands: kept, told, and never looked into. */
export type Echo = Record<string, unknown>;
