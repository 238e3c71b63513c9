/** Files that are imported as text: wrangler's and Usher's own bundler is esbuild, which takes `with { type: 'text' }`. */

declare module '*/console.css' {
  const text: string
  export default text
}

declare module '*/console.js' {
  const text: string
  export default text
}
