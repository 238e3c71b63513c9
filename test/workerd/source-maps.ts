/**
 * Stack traces of tests in workerd. Vitest keeps the source map of a module behind its code, in a file. The pool hands over all of
 * that file as the code, since workerd cannot read it, and so stack traces would name lines of compiled code.
 */

const MARK = '\n//# vitestSourceMap='

const { evaluatedModules } = Object(Reflect.get(globalThis, '__vitest_mocker__')).moduleRunner
const original = evaluatedModules.getModuleSourceMapById.bind(evaluatedModules)

evaluatedModules.getModuleSourceMapById = (id: string) => {
  const meta = Object(evaluatedModules.getModuleById(id)?.meta)
  if (typeof meta.code === 'string') meta.sourceMap ??= meta.code.split(MARK).at(1)
  return original(id)
}
