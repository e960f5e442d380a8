export { work as default } from "./work.mjs";
