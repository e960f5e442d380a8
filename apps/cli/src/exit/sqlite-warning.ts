/** Node 22 warns that its SQLite is experimental, about which nobody who types a command can do anything. */
export function hideSqliteWarning(): void {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    const { name, message } = warning;
    if (name === "ExperimentalWarning" && message.startsWith("SQLite ")) return;
    for (const listener of listeners) listener.call(process, warning);
  });
}
