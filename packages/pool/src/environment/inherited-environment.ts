/** What a program needs to run at all: nothing here is a secret. */
const ALLOWED: readonly string[] = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TERM",
  "TMPDIR",
  "TEMP",
  "TMP",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

const ALLOWED_PREFIXES: readonly string[] = ["LC_", "XDG_"];

/**
 * The environment for a tool: an allow-list of this process's variables, and `extra` over them. API
 * keys reach a tool only when its adapter names them. (Proxy addresses are inherited, with the
 * password that one may hold: without them a tool has no network.)
 *
 * @param extra Variables to set; `undefined` removes one.
 * @param allow More names to inherit; one that ends in `*` is a prefix.
 */
export function inheritedEnvironment(
  extra: Readonly<Record<string, string | undefined>> = {},
  allow: readonly string[] = [],
): Record<string, string> {
  const names = new Set([...ALLOWED, ...allow.filter((name) => !name.endsWith("*"))]);
  const prefixes = [
    ...ALLOWED_PREFIXES,
    ...allow.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1)),
  ];
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...process.env, ...extra })) {
    if (value === undefined) continue;
    const allowed = names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
    if (allowed || Object.hasOwn(extra, name)) environment[name] = value;
  }
  return environment;
}
