type Environment = Record<string, string | undefined>;

/**
 * Each is set by one of Azure's plans for functions, and by nothing else: App Service and Premium set the first, all but
 * Container Apps the next two, Flex Consumption the two after them. Core Tools sets `WEBSITE_HOSTNAME`, and a container
 * anywhere may have a `CONTAINER_NAME`: neither says anything.
 */
const MARKS = [
  'WEBSITE_INSTANCE_ID',
  'WEBSITE_SITE_NAME',
  'WEBSITE_SKU',
  'WEBSITE_POD_NAME',
  'LEGION_SERVICE_HOST',
  'CONTAINER_APP_NAME',
];

/** Whether the process runs in Azure, on whichever plan. */
export function isOnAzure(environment: Environment): boolean {
  return MARKS.some((name) => environment[name]?.trim());
}

/** Names of the variables that hold a reference as it was written: the platform found no value, and says so by that. */
export function unresolvedReferences(environment: Environment): string[] {
  const names = Object.keys(environment);
  return names.filter((name) => /^\s*@Microsoft\.(KeyVault|AppConfiguration)\(/i.test(environment[name] ?? ''));
}
