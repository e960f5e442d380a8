export { work } from "./work.mjs";
