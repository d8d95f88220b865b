import { createRequire } from 'node:module';

/** The part of Kusto's own language service that is used; it puts itself among the globals. */
interface KustoLanguage {
  KustoCode: { ParseAndAnalyze(query: string, globals: object): { GetDiagnostics(): List<{ Message: string }> } };
  GlobalState: { Default: { WithDatabase(database: object): object } };
  Symbols: {
    TableSymbol: { From(columns: string): { WithName(name: string): object } };
    DatabaseSymbol: { $ctor1: new (name: string, members: object[]) => object };
  };
}

interface List<T> {
  Count: number;
  getItem(index: number): T;
}

/** The columns that queries use, as Application Insights and Log Analytics have them. */
const tables = {
  requests: '(timestamp: datetime, name: string, resultCode: string, success: string, duration: real)',
  traces: '(timestamp: datetime, message: string, severityLevel: int, customDimensions: dynamic)',
  dependencies:
    '(timestamp: datetime, name: string, success: string, duration: real, operation_ParentId: string, customDimensions: dynamic)',
  customMetrics:
    '(timestamp: datetime, name: string, value: real, valueCount: int, valueSum: real, customDimensions: dynamic)',
  _LogOperation: '(TimeGenerated: datetime, Category: string, Operation: string, Level: string, Detail: string)',
};

const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { Language } = (globalThis as unknown as { Kusto: { Language: KustoLanguage } }).Kusto;
const { TableSymbol, DatabaseSymbol } = Language.Symbols;
const members = Object.entries(tables).map(([name, columns]) => TableSymbol.From(columns).WithName(name));
const globals = Language.GlobalState.Default.WithDatabase(new DatabaseSymbol.$ctor1('logs', members));

/** What Kusto has against a query. */
export function complaintsAbout(query: string): string[] {
  const found = Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message);
}
