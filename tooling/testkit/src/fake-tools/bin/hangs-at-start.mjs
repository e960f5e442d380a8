// Never says that it is ready.
import "../protocol/speak.mjs";

process.stdin.resume();
