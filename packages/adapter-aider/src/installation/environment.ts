import { inheritedEnvironment } from "@cluster/pool";

/** The environment for Python and its installers: the allow-list, and what names their indexes. */
export function pythonEnvironment(
  extra: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  return inheritedEnvironment({ PYTHONUTF8: "1", ...extra }, [
    "PIP_*",
    "UV_*",
    "PYENV_*",
    "SSL_*",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "ALL_PROXY",
    "all_proxy",
  ]);
}
