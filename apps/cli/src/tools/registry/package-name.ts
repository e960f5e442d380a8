const PACKAGE = /^(@[^/]+\/)?cluster-adapter-(.+)$/;

/** Whether a package says by its name that it has an adapter. */
export function isAdapterPackage(name: string): boolean {
  return PACKAGE.test(name);
}

/** `cluster-adapter-x` is the tool `x`, `@me/cluster-adapter-x` the tool `@me/x`. */
export function toolOf(packageName: string): string {
  return packageName.replace(PACKAGE, "$1$2");
}

/** The package of a tool; what is a package's name already stays as it is. */
export function packageOf(tool: string): string {
  return isAdapterPackage(tool) ? tool : tool.replace(/^(@[^/]+\/)?/, "$1cluster-adapter-");
}
