declare module "virtual:engine" {
  /** The WebAssembly module in base64. */
  const engine: string;
  export default engine;
}
