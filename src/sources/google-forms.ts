/** Google Forms: what an Apps Script in the form sends of each response, in a body that is described here. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { answers, membersOf } from './shared/payload.ts'
import { CONSENT_BY_TEXT, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

/**
 * What ends with _ stands in no menu of the script editor. The time is signed anew for each try, the body never
 * changes, and a script that fails makes Google write to its author.
 */
export const googleFormsScript = `// Sends each response of this form to Usher, signed.
// Project Settings, Script Properties: USHER_URL and USHER_SECRET. Then run "install" once.

/** Run this once: from then on every response is sent. */
function install() {
  ScriptApp.getProjectTriggers()
    .filter((trigger) => trigger.getHandlerFunction() === 'onResponse')
    .forEach((trigger) => ScriptApp.deleteTrigger(trigger))
  ScriptApp.newTrigger('onResponse').forForm(FormApp.getActiveForm()).onFormSubmit().create()
}

/** Google runs this after each response. */
function onResponse(event) {
  send_(event.source, event.response)
}

/** Run this after a failure: it sends the responses of the last 24 hours again. Usher knows those it has. */
function resend() {
  const form = FormApp.getActiveForm()
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000)
  form.getResponses(yesterday).forEach((response) => send_(form, response))
}

function send_(form, response) {
  const answers = {}
  response.getItemResponses().forEach((item) => {
    answers[item.getItem().getTitle()] = isBox_(item.getItem()) ? true : item.getResponse()
  })
  const body = JSON.stringify({
    provider: 'google_forms',
    formId: form.getId(),
    responseId: response.getId(),
    createTime: response.getTimestamp().toISOString(),
    answers: answers,
  })
  let outcome
  for (const seconds of [0, 5, 15, 45]) {
    if (seconds > 0) Utilities.sleep(seconds * 1000)
    outcome = post_(body)
    if (outcome === 200) return
    // Its own trouble passes; that the secret or the URL is wrong does not.
    if (typeof outcome === 'number' && outcome !== 429 && outcome < 500) break
  }
  throw new Error('Usher did not take a response (' + outcome + '). Put it right, then run "resend".')
}

// A checkbox question with one box, which was ticked: an open one is no response.
function isBox_(item) {
  try {
    if (item.getType() !== FormApp.ItemType.CHECKBOX) return false
    const boxes = item.asCheckboxItem()
    return boxes.getChoices().length === 1 && !boxes.hasOtherOption()
  } catch (error) {
    // A question that cannot be looked at must not lose the response.
    return false
  }
}

function post_(body) {
  const settings = PropertiesService.getScriptProperties()
  const time = Math.floor(Date.now() / 1000)
  const signature = Utilities.computeHmacSha256Signature(
    time + '.' + body,
    settings.getProperty('USHER_SECRET'),
    Utilities.Charset.UTF_8,
  )
    .map((byte) => (byte & 255).toString(16).padStart(2, '0'))
    .join('')
  try {
    return UrlFetchApp.fetch(settings.getProperty('USHER_URL'), {
      method: 'post',
      contentType: 'application/json; charset=utf-8',
      headers: { 'X-Webhook-Signature': 't=' + time + ',v1=' + signature },
      payload: body,
      followRedirects: false,
      muteHttpExceptions: true,
    }).getResponseCode()
  } catch (error) {
    return error.message
  }
}
`

const response = v.object({
  responseId: v.pipe(v.string(), v.nonEmpty()),
  createTime: v.pipe(v.string(), v.nonEmpty()),
  answers: v.record(v.string(), v.unknown()),
})

export const googleForms = defineSource({
  name: 'googleForms',
  title: 'Google Forms',
  kind: 'form',
  scheme: hmac({
    header: 'X-Webhook-Signature',
    encoding: 'hex',
    timestamp: { pair: 't', signature: 'v1' },
    title: 'HMAC-SHA256 of time and body in X-Webhook-Signature, by an Apps Script',
  }),
  payload: response,
  submissions: ({ responseId, createTime, answers: asked }) => [
    // With its time: a person who edits their response keeps its id, and may have agreed only now.
    { id: `${responseId} ${createTime}`, fields: answers(membersOf(asked)) },
  ],
  sample: ({ fields, id, now }) => ({
    body: JSON.stringify({
      provider: 'google_forms',
      formId: '1FAIpQLSample',
      responseId: id,
      createTime: new Date(now).toISOString(),
      answers: Object.fromEntries(sampleAnswers(fields)),
    }),
    contentType: 'application/json; charset=utf-8',
  }),
  setup: [
    'Google Forms sends no webhooks of its own; a script in the form does. Open the form (not its spreadsheet), then the menu with three dots, then Apps Script.',
    'Replace all that is in Code.gs by the script shown below these steps, and save it.',
    'Open Project Settings (the cog), and under Script Properties add USHER_URL with {url}, and USHER_SECRET with the value of {secret}.',
    'Back in the editor choose “install” beside Run, and run it. Google asks once whether the script may read this form and connect to other services: allow it.',
    'Answer the form once to see it arrive. The hook reads answers by the question’s title, so give every question a title of its own.',
    'Google Forms has no question for phones: ask for the country code, or give the hook its country.',
    'Under Triggers in the script’s editor let Google notify you of failures immediately. After one, put it right and run “resend”.',
    `For consent use a checkbox question with one box: ticked is a yes. ${CONSENT_BY_TEXT}`,
  ],
  paste: [{ name: 'Code.gs', text: googleFormsScript }],
  fails: [
    'The script tries four times within about a minute, on 429, 5xx and when there is no answer. Other answers are final at once.',
    'Then it fails, Google writes to its owner, and “resend” sends the responses of the last 24 hours again: those that had arrived are told as repeats.',
  ],
  docs: 'https://developers.google.com/apps-script/guides/triggers/installable',
  unconfirmed: [
    'Whether an edited response keeps its id with a new time. If so, it counts as an event of its own; people who are in the group already are not added twice.',
    'How many responses a day Google’s quotas let a script send: they differ between accounts.',
  ],
})
