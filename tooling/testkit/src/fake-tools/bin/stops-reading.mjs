// Is ready and never reads, so that writes to it fill the pipe.
import { ready } from "../protocol/speak.mjs";

ready();
setInterval(() => {}, 1000);
