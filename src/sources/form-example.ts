/** The hook that a user of a form tool would begin with: they are alike, since forms all come flat. */

export function formExample(source: string): string {
  return `hook({
  source: ${source},
  consent: { field: 'whatsapp_ok' },
  fields: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) }),
  invite: ({ phone, cohort }) => ({
    groupName: \`Webinar \${cohort}\`,
    contacts: [phone],
    create: true,
  }),
})`
}
