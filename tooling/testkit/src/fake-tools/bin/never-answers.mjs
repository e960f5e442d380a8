import { turns } from "../protocol/speak.mjs";

await turns(() => {});
