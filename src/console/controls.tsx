/** What the console's forms are made of: boxes to type in or to tick, choices and buttons; and texts with a button that copies them. */

import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Child, Html } from './page.ts'

type InputProps = Omit<JSX.IntrinsicElements['input'], 'children'>

/** A box to type in, under its name. `note`: more about it. */
export function Field(props: InputProps & { label: Child; note?: string }): Html {
  const { label, note, ...input } = props
  return (
    <label>
      {label}
      <input autocomplete="off" {...input} />
      {note !== undefined && <small>{note}</small>}
    </label>
  )
}

/** A box for a phone number. */
export function PhoneField(props: Parameters<typeof Field>[0]): Html {
  return <Field type="tel" name="phone" maxlength={64} placeholder="+91 98765 43210" {...props} />
}

/** A box to tick, or one of several to choose from, before what it means. */
export function Tick({ children, ...input }: InputProps & { children?: Child }): Html {
  return (
    <label class="tick">
      <input type="checkbox" value="yes" {...input} />
      {children}
    </label>
  )
}

/** A choice from a list. `none`: how no choice reads. */
export function Select(props: {
  name: string
  label: Child
  value?: string | undefined
  none: string
  options: readonly (readonly [value: string, label: string])[]
}): Html {
  const { name, label, value = '', none, options } = props
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{none}</option>
        {options.map(([option, text]) => (
          <option value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Names that a box with `list` offers. */
export function Names({ id, names }: { id: string; names: readonly string[] }): Html {
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option value={name} />
      ))}
    </datalist>
  )
}

/** The button that sends its form. */
export function Submit({ look, children }: { look?: string; children?: Child }): Html {
  return (
    <button class={look} type="submit">
      {children}
    </button>
  )
}

/** A button that is a form of its own. */
export function Action(props: {
  path: string
  label: string
  look?: string
  hidden?: Readonly<Record<string, string>>
}): Html {
  const { path, label, look = 'button', hidden = {} } = props
  return (
    <form method="post" action={path}>
      <Hidden values={hidden} />
      <Submit look={look}>{label}</Submit>
    </form>
  )
}

/** What a form carries on. */
export function Hidden(props: { values: Readonly<Record<string, string | number>> }): Html {
  return (
    <>
      {Object.entries(props.values).map(([name, value]) => (
        <input type="hidden" name={name} value={String(value)} />
      ))}
    </>
  )
}

/** Text to be copied. */
export function CopyLine({ id, text }: { id: string; text: string }): Html {
  return (
    <p class="row">
      <code id={id}>{text}</code>
      <Copy of={id} />
    </p>
  )
}

/** Lines to be copied, below a title. `children` stand beside the button. */
export function Paste(props: { id: string; title: string; text: string; children?: Child }): Html {
  const { id, title, text, children } = props
  return (
    <div class="stack">
      <h3>{title}</h3>
      <pre tabindex={0}>
        <code id={id}>{text}</code>
      </pre>
      <p class="row">
        <Copy of={id} />
        {children}
      </p>
    </div>
  )
}

/** Copies the text of the element with this id; the button is there only where the script is. */
function Copy({ of }: { of: string }): Html {
  return (
    <button type="button" data-copy={of} hidden>
      Copy
    </button>
  )
}
