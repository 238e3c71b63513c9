/** What people answer to the question of consent, in many languages, and what every form makes of it. */

import { utf8 } from '../src/lib/bytes.ts'
import { contentKind, decodeBody } from '../src/lib/decode.ts'
import { type Consent, consentIn } from '../src/mapping/consent.ts'
import type { Source } from '../src/sources/source.ts'
import type { Fixture, Submitted } from './fixtures/fixture.ts'

/** By language: answers that mean yes, and answers that do not. */
export const CORPUS: Readonly<Record<string, { yes: readonly string[]; no: readonly string[] }>> = {
  English: {
    yes: [
      'Yes',
      'yes!',
      'YES.',
      'Yes, please',
      'OK',
      'Okay',
      'Sure',
      'I agree',
      'I accept',
      'I consent',
      'Yes, I agree',
      'I agree to be added',
    ],
    no: [
      'No',
      'No thanks',
      'I decline',
      'I disagree',
      'I do not agree',
      'I don’t agree',
      'I dont agree',
      'Not now',
      'Maybe later',
      'Email only',
      'Never',
      'Please don’t add me',
      'Yes, but not now',
      'Yes/No',
      'Unsubscribe me',
      'Opt out',
      'I would rather not',
      'Only by email, not WhatsApp',
      'Ask me first',
      'I agree to nothing',
    ],
  },
  Spanish: {
    yes: ['Sí', 'si', 'Acepto', 'Sí, acepto', 'Estoy de acuerdo', '¡Sí!', 'Sí, por favor'],
    no: [
      'No',
      'Ahora no',
      'No acepto',
      'No estoy de acuerdo',
      'Prefiero que no',
      'Claro que no',
      'Solo correo',
    ],
  },
  Portuguese: {
    yes: ['Sim', 'Aceito', 'Sim, aceito', 'Concordo'],
    no: ['Não', 'Agora não', 'Não aceito', 'Discordo', 'Talvez mais tarde'],
  },
  French: {
    yes: ['Oui', 'J’accepte', "D'accord", 'Oui, j’accepte', 'Oui merci'],
    no: [
      'Non',
      'Non merci',
      'Je refuse',
      'Je n’accepte pas',
      'Pas maintenant',
      'Merci',
      'Pas d’accord',
    ],
  },
  German: {
    yes: ['Ja', 'Ja, bitte', 'Ich stimme zu', 'Einverstanden', 'Ja, gerne'],
    no: [
      'Nein',
      'Nein danke',
      'Ich stimme nicht zu',
      'Nicht einverstanden',
      'Lieber nicht',
      'Danke',
      'Ich lehne ab',
    ],
  },
  Italian: {
    yes: ['Sì', 'Accetto', 'Sì, accetto', 'Va bene'],
    no: ['No grazie', 'Non accetto', 'Non ora', 'Rifiuto', 'Va bene, ma non ora'],
  },
  Dutch: {
    yes: ['Ja', 'Akkoord', 'Ik ga akkoord', 'Ja graag'],
    no: ['Nee', 'Nee bedankt', 'Niet akkoord', 'Ik ga niet akkoord', 'Liever niet'],
  },
  Swedish: {
    yes: ['Ja tack', 'Jag godkänner', 'Jag samtycker'],
    no: ['Nej', 'Nej tack', 'Jag godkänner inte', 'Inte nu', 'Tack'],
  },
  Danish: { yes: ['Ja tak', 'Jeg accepterer'], no: ['Nej tak', 'Jeg accepterer ikke', 'Ikke nu'] },
  Norwegian: { yes: ['Ja takk', 'Jeg godtar'], no: ['Nei', 'Nei takk', 'Jeg godtar ikke'] },
  Finnish: { yes: ['Kyllä', 'Hyväksyn'], no: ['Ei', 'Ei kiitos', 'En hyväksy', 'Kiitos'] },
  Polish: {
    yes: ['Zgadzam się', 'Tak, zgadzam się', 'Wyrażam zgodę'],
    no: ['Nie', 'Nie zgadzam się', 'Nie, dziękuję', 'Nie wyrażam zgody'],
  },
  Czech: { yes: ['Ano', 'Souhlasím', 'Ano, souhlasím'], no: ['Ne', 'Nesouhlasím', 'Ne, děkuji'] },
  Croatian: { yes: ['Da', 'Slažem se', 'Prihvaćam'], no: ['Ne', 'Ne slažem se', 'Ne, hvala'] },
  Bulgarian: {
    yes: ['Да', 'Съгласен съм', 'Приемам'],
    no: ['Не', 'Не съм съгласен', 'Не приемам'],
  },
  Russian: {
    yes: ['Да', 'Согласен', 'Согласна', 'Да, согласен', 'Принимаю'],
    no: ['Нет', 'Не согласен', 'Нет, спасибо', 'Отказываюсь', 'Спасибо', 'Да ну'],
  },
  Ukrainian: {
    yes: ['Так', 'Погоджуюсь', 'Так, згоден'],
    no: ['Ні', 'Не погоджуюсь', 'Ні, дякую'],
  },
  Romanian: {
    yes: ['Da', 'Sunt de acord', 'Accept'],
    no: ['Nu', 'Nu sunt de acord', 'Nu, mulțumesc', 'Nu accept'],
  },
  Hungarian: {
    yes: ['Igen', 'Elfogadom', 'Egyetértek'],
    no: ['Nem', 'Nem fogadom el', 'Nem, köszönöm'],
  },
  Greek: {
    yes: ['Ναι', 'ΝΑΙ', 'Συμφωνώ', 'Αποδέχομαι'],
    no: ['Όχι', 'Δεν συμφωνώ', 'Όχι ευχαριστώ'],
  },
  Turkish: {
    yes: ['Evet', 'EVET', 'Kabul ediyorum', 'KABUL EDİYORUM', 'Katılıyorum'],
    no: ['Hayır', 'Hayır, teşekkürler', 'Kabul etmiyorum', 'Katılmıyorum', 'HAYIR'],
  },
  Arabic: {
    yes: ['نعم', 'أوافق', 'موافق', 'نعم، أوافق'],
    no: ['لا', 'لا أوافق', 'غير موافق', 'لا شكرا', 'ليس الآن', 'أرفض'],
  },
  Hebrew: { yes: ['כן', 'אני מסכים', 'אני מסכימה'], no: ['לא', 'אני לא מסכים', 'לא תודה'] },
  Persian: { yes: ['بله', 'موافقم', 'می‌پذیرم'], no: ['نه', 'خیر', 'موافق نیستم', 'نمی‌پذیرم'] },
  Urdu: { yes: ['ہاں', 'جی ہاں', 'میں متفق ہوں'], no: ['نہیں', 'جی نہیں', 'میں متفق نہیں ہوں'] },
  Hindi: {
    yes: ['हाँ', 'हां', 'जी हाँ', 'मैं सहमत हूँ', 'सहमत', 'Haan', 'haanji'],
    no: ['नहीं', 'जी नहीं', 'मैं सहमत नहीं हूँ', 'असहमत', 'Nahi', 'अभी नहीं', 'nahin chahiye'],
  },
  Marathi: {
    yes: ['हो', 'मी सहमत आहे', 'मान्य आहे'],
    no: ['नाही', 'मी सहमत नाही', 'मान्य नाही', 'नको'],
  },
  Gujarati: { yes: ['હા', 'હું સંમત છું'], no: ['ના', 'હું સંમત નથી'] },
  Punjabi: { yes: ['ਹਾਂ', 'ਹਾਂ ਜੀ', 'ਮੈਂ ਸਹਿਮਤ ਹਾਂ'], no: ['ਨਹੀਂ', 'ਮੈਂ ਸਹਿਮਤ ਨਹੀਂ ਹਾਂ'] },
  Bengali: { yes: ['হ্যাঁ', 'আমি রাজি', 'আমি সম্মত'], no: ['না', 'আমি রাজি নই', 'আমি সম্মত নই', 'এখন না'] },
  Tamil: { yes: ['ஆம்', 'சம்மதம்', 'நான் ஒப்புக்கொள்கிறேன்'], no: ['இல்லை', 'வேண்டாம்', 'நான் ஒப்புக்கொள்ளவில்லை'] },
  Telugu: { yes: ['అవును', 'నేను అంగీకరిస్తున్నాను'], no: ['కాదు', 'వద్దు', 'నేను అంగీకరించను'] },
  Kannada: { yes: ['ಹೌದು', 'ಒಪ್ಪುತ್ತೇನೆ'], no: ['ಇಲ್ಲ', 'ಬೇಡ', 'ಒಪ್ಪುವುದಿಲ್ಲ'] },
  Malayalam: {
    yes: ['അതെ', 'സമ്മതം', 'ഞാൻ സമ്മതിക്കുന്നു'],
    no: ['ഇല്ല', 'വേണ്ട', 'സമ്മതമല്ല', 'ഞാൻ സമ്മതിക്കുന്നില്ല'],
  },
  Nepali: { yes: ['हुन्छ', 'म सहमत छु'], no: ['होइन', 'हुँदैन', 'म सहमत छैन'] },
  Sinhala: { yes: ['ඔව්', 'මම එකඟයි'], no: ['නැහැ', 'එපා', 'මම එකඟ නැහැ'] },
  Indonesian: {
    yes: ['Ya', 'Setuju', 'Saya setuju', 'Ya, saya setuju'],
    no: [
      'Tidak',
      'Tidak setuju',
      'Saya tidak setuju',
      'Tidak, terima kasih',
      'Nanti saja',
      'Jangan',
    ],
  },
  Malay: {
    yes: ['Ya', 'Saya bersetuju'],
    no: ['Tak', 'Tak nak', 'OK tak', 'Tidak mahu', 'Saya tak setuju'],
  },
  Vietnamese: {
    yes: ['Có', 'Đồng ý', 'Tôi đồng ý', 'Vâng'],
    no: ['Không', 'Không đồng ý', 'Tôi không đồng ý', 'Để sau'],
  },
  Thai: { yes: ['ใช่', 'ยินยอม', 'ตกลง'], no: ['ไม่', 'ไม่ใช่', 'ไม่ยินยอม', 'ไม่ตกลง'] },
  Filipino: {
    yes: ['Oo', 'Opo', 'Sumasang-ayon ako'],
    no: ['Hindi', 'Hindi po', 'Hindi ako sumasang-ayon', 'Ayoko'],
  },
  Chinese: {
    yes: ['是', '是的', '同意', '我同意', '好的'],
    no: ['否', '不', '不是', '不同意', '我不同意', '不好', '暂时不要'],
  },
  Japanese: {
    yes: ['はい', '同意する', '同意します', 'はい、同意します'],
    no: ['いいえ', '同意しない', '同意しません', '結構です', 'いいです', '今はいいです'],
  },
  Korean: {
    yes: ['네', '예', '동의합니다', '동의', '네, 동의합니다'],
    no: ['아니요', '아니오', '동의하지 않습니다', '동의 안 함', '미동의', '됐어요'],
  },
  Swahili: { yes: ['Ndiyo', 'Nakubali'], no: ['Hapana', 'Sikubali', 'La'] },
  Estonian: { yes: ['Jah', 'Nõustun'], no: ['Ei', 'Ei nõustu'] },
  Lithuanian: { yes: ['Taip', 'Sutinku'], no: ['Ne', 'Nesutinku'] },
  Latvian: { yes: ['Jā', 'Piekrītu'], no: ['Nē', 'Nepiekrītu'] },
  'what programs send': {
    yes: ['true', 'TRUE', 'on', '1', 'checked', 'ＹＥＳ', 'y\u200bes', ' yes ', 'opt_in'],
    no: [
      'false',
      'off',
      '0',
      '2',
      '-1',
      '①',
      'null',
      'undefined',
      'NaN',
      'unchecked',
      '00000000-1111-4222-8333-444444444444',
      'o2',
      'choice_1',
      '[object Object]',
      'n/a',
      '-',
      '[ ] Yes',
      '☐ Yes',
      'Yes?',
      'y\u0336e\u0336s\u0336',
      `yes${' '.repeat(2_000)}no`,
    ],
  },
}

/** What one form made of the corpus. */
export interface ConsentResult {
  readonly agreed: number
  readonly declined: number
  /** A yes where there was none: a person would be added who did not agree. */
  readonly wrongYes: readonly string[]
  /** A yes that was not understood. */
  readonly missedYes: readonly string[]
}

/** Runs every phrase through a form, as one choice and in lists, alone and beside a yes, with and without `accept`. */
export async function runCorpus(source: Source, fixture: Fixture): Promise<ConsentResult> {
  const asked = fixture.consent
  if (asked === undefined) throw new TypeError(`The fixture of ${source.name} asks for no consent`)
  const plain = { field: asked.field }
  const hooks: Consent[] = [plain, { ...plain, accept: ['Add me to the group'] }]
  const result = { agreed: 0, declined: 0, wrongYes: [] as string[], missedYes: [] as string[] }
  for (const [language, { yes, no }] of Object.entries(CORPUS)) {
    for (const [expected, phrases] of [
      [true, yes],
      [false, no],
    ] as const) {
      for (const answer of phrases.flatMap((text) => [
        text,
        [text],
        ['Yes', text],
        [text, 'Yes'],
      ])) {
        const submitted = asked.chosen(answer)
        if (submitted === null) continue
        const fields = await fieldsOf(source, fixture, submitted)
        for (const consent of hooks) {
          const agreed = consentIn(consent, fields, 0) !== null
          if (agreed !== expected) {
            const wrong = agreed ? result.wrongYes : result.missedYes
            wrong.push(`${language}: ${JSON.stringify(answer)}`)
          } else if (agreed) result.agreed++
          else result.declined++
        }
      }
    }
  }
  return result
}

/** The fields of the one submission, looked up where the source does so. */
export async function fieldsOf(
  source: Source,
  fixture: Fixture,
  { body, contentType, headers, lookedUp }: Submitted,
): Promise<unknown> {
  const decoded = await decodeBody(utf8(body), contentKind(contentType) ?? 'json', contentType)
  if (!decoded.ok) throw new TypeError(decoded.message)
  const reading = source.read(decoded.value, new Headers(headers))
  const fields = reading.ok ? reading.submissions[0]?.fields : undefined
  if (fields === undefined) throw new TypeError(`${source.name} reads no submission in ${body}`)
  if (source.lookUp === undefined || lookedUp === undefined) return fields
  const fetch = async () => Response.json(lookedUp)
  const found = await source.lookUp(fields, { token: fixture.lookUp?.token ?? '', fetch })
  if (!found.ok) throw new TypeError(found.message)
  return found.fields
}
