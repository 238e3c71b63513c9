/** What the users of form tools are told alike, since forms all come flat. */

/** The hook that a user would begin with. */
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

/** Of senders whose payload does not tell a ticked box from a choice. */
export const CONSENT_BY_TEXT =
  "Only a known yes counts as consent: on, true, “Yes”, “I agree” and the like. Where the ticked box sends another text, name it in the hook: accept: ['Add me to the group']."
