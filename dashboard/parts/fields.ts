/** A text field of a form, exactly as typed; empty when the form has no such field. */
export function typed(fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}

/** The same without blanks around it: for everything but passwords. */
export const text = (fields: FormData, name: string): string => typed(fields, name).trim()
