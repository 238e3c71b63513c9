/** Consent: whether the person agreed to join a group, and what shows it. Only a known yes is a yes. */

import { valueAt } from '../lib/decode.ts'
import { MAX_TEXT_UNITS, normalized, withoutInvisible } from './invite.ts'

/**
 * `field`: the question the person answers. `accept`: answers that mean yes, beside the usual ones.
 * `attested`: the operator's word on where people agreed ("Terms §4, ticked at checkout").
 * `'none'`: no question was asked; `npm run check` warns of it.
 */
export type Consent =
  | { readonly field: string; readonly accept?: readonly string[] }
  | { readonly attested: string }
  | 'none'

/** What shows that the person agreed; kept with the delivery. */
export interface ConsentEvidence {
  readonly basis: 'field' | 'attested' | 'none'
  /** The question's name, or the attestation's text. */
  readonly what: string
  /** The answer as it was given. */
  readonly given: string | null
  /** ISO time at which it reached us. */
  readonly at: string
}

const MAX_EVIDENCE_CHARACTERS = 200

/** Stands between words, and carries no meaning. Not `?`, which doubts, and not a bracket, which may be an empty box. */
const PUNCTUATION = /[.,!¡:;'"“”„‟‘’‚‛«»‹›‐‑–—_*।॥။。、،؛۔・·]|-(?!\d)/g

/**
 * Whole answers that mean yes, by language: a word, a sentence, and a courtesy that only follows a word. A word of the
 * first column may stand before any other. Left out is what means no in another language: "tak" is yes in Polish and
 * no in Malay, and so are "ne", "nai", "ha" and "no".
 */
const YES_BY_LANGUAGE: readonly (readonly [
  words: string,
  sentences: string,
  courtesies?: string,
])[] = [
  // What programs send.
  ['true|on|checked|ticked|granted|opt in|opted in', ''],
  [
    'yes|y|yeah|yep|yup|sure|ok|okay|of course',
    'agree|agreed|i agree|accept|accepted|i accept|i consent|consented|i agree to join|i agree to join the group|i agree to join the whatsapp group|i agree to be added|i agree to be added to the group|i agree to be added to the whatsapp group',
    'please|please do|thanks|thank you',
  ],
  [
    'sí|si|claro|vale|por supuesto',
    'acepto|estoy de acuerdo|de acuerdo|consiento|doy mi consentimiento',
    'por favor|gracias',
  ],
  [
    'sim|claro',
    'aceito|eu aceito|concordo|eu concordo|estou de acordo|de acordo|autorizo|dou o meu consentimento',
    'por favor|obrigado|obrigada',
  ],
  [
    'oui|bien sûr',
    'j’accepte|je suis d’accord|d’accord|je consens|j’y consens|je donne mon accord',
    'merci|svp|s’il vous plaît|s’il te plaît',
  ],
  [
    'ja|jawohl|klar',
    'ich stimme zu|einverstanden|ich bin einverstanden|ich akzeptiere|akzeptiert|zugestimmt|ich willige ein',
    'bitte|gern|gerne|danke',
  ],
  [
    'sì|si|certo|va bene',
    'accetto|acconsento|concordo|sono d’accordo|d’accordo|do il mio consenso',
    'grazie|per favore',
  ],
  [
    'ja|jazeker|zeker',
    'akkoord|ik ga akkoord|ik ben akkoord|mee eens|ik stem in|ik accepteer',
    'graag|alstublieft',
  ],
  ['ja|japp', 'jag godkänner|godkänner|jag accepterar|jag samtycker|jag håller med', 'tack|gärna'],
  ['ja', 'jeg accepterer|jeg samtykker|jeg er enig|enig', 'tak|gerne'],
  ['ja', 'jeg godtar|godtar|jeg aksepterer|jeg samtykker|jeg er enig|enig', 'takk|gjerne'],
  ['kyllä|joo', 'hyväksyn|suostun|olen samaa mieltä', 'kiitos'],
  ['já', 'ég samþykki|samþykkt', 'takk'],
  [
    '',
    'zgadzam się|tak, zgadzam się|wyrażam zgodę|tak, wyrażam zgodę|akceptuję|tak, akceptuję|tak, proszę|zgoda',
  ],
  ['ano', 'souhlasím|přijímám', 'prosím|děkuji'],
  ['áno|ano', 'súhlasím|prijímam', 'prosím|ďakujem'],
  [
    'da',
    'slažem se|prihvaćam|prihvatam|pristajem|strinjam se|soglašam|sprejmem|suglasan sam|suglasna sam|saglasan sam|saglasna sam',
    'molim|hvala|prosim',
  ],
  ['да', 'слажем се|прихватам|пристајем|сагласан сам|сагласна сам', 'молим|хвала'],
  ['да', 'съгласен съм|съгласна съм|съгласен|съгласна|приемам|съгласявам се', 'моля|благодаря'],
  [
    'да|ок|окей|конечно',
    'согласен|согласна|я согласен|я согласна|принимаю|я принимаю|соглашаюсь|даю согласие|я даю согласие',
    'пожалуйста|спасибо',
  ],
  [
    'так|авжеж',
    'погоджуюсь|погоджуюся|я погоджуюсь|згоден|згодна|я згоден|я згодна|приймаю|даю згоду',
    'будь ласка|дякую',
  ],
  [
    'da',
    'accept|sunt de acord|de acord|îmi dau acordul|imi dau acordul',
    'vă rog|va rog|mulțumesc',
  ],
  ['igen', 'elfogadom|egyetértek|beleegyezem|hozzájárulok|rendben', 'kérem|köszönöm'],
  ['ναι', 'συμφωνώ|συμφωνω|αποδέχομαι|αποδεχομαι|δέχομαι|συναινώ', 'παρακαλώ|ευχαριστώ'],
  [
    'evet|olur|tamam',
    'kabul|kabul ediyorum|kabul ettim|onaylıyorum|katılıyorum|onay veriyorum|izin veriyorum',
    'lütfen',
  ],
  ['bəli', 'razıyam|qəbul edirəm'],
  ['jah|jaa', 'nõustun|olen nõus|nõus', 'palun|aitäh'],
  ['jā', 'piekrītu|es piekrītu', 'lūdzu|paldies'],
  ['taip', 'sutinku|aš sutinku', 'prašau|ačiū'],
  ['', 'accepto|ho accepto|hi estic d’acord|d’acord'],
  ['დიახ|კი', 'ვეთანხმები|თანახმა ვარ'],
  ['այո', 'համաձայն եմ'],
  [
    'نعم|أجل|ايوه|أيوه',
    'أوافق|اوافق|أنا أوافق|أقبل|اقبل|موافق|موافقة|أنا موافق|انا موافق|حسنا|حسنًا',
    'من فضلك|لو سمحت|شكرا',
  ],
  ['כן|בטח', 'מסכים|מסכימה|אני מסכים|אני מסכימה|מאשר|מאשרת|אני מאשר|אני מאשרת', 'בבקשה|תודה'],
  ['بله|آره|باشه', 'موافقم|موافق هستم|قبول دارم|می‌پذیرم|می پذیرم', 'لطفا|لطفاً|ممنون'],
  ['ہاں|جی ہاں', 'متفق ہوں|میں متفق ہوں|منظور ہے|مجھے منظور ہے|قبول ہے', 'شکریہ|براہ کرم'],
  [
    'हाँ|हां|जी हाँ|जी हां|haan|haa|haanji|ji haan',
    'सहमत|सहमत हूँ|सहमत हूं|मैं सहमत हूँ|मैं सहमत हूं|स्वीकार है|मुझे स्वीकार है|मंज़ूर है|मंजूर है|ठीक है',
    'धन्यवाद|कृपया|please',
  ],
  ['हो|होय', 'सहमत आहे|मी सहमत आहे|मान्य आहे|मला मान्य आहे', 'धन्यवाद'],
  ['हो|हुन्छ', 'सहमत छु|म सहमत छु|मलाई मन्जुर छ', 'धन्यवाद'],
  ['હા|હાં|જી હા', 'સંમત છું|હું સંમત છું|સહમત છું|હું સહમત છું|મને મંજૂર છે'],
  ['ਹਾਂ|ਜੀ ਹਾਂ|ਹਾਂ ਜੀ', 'ਸਹਿਮਤ ਹਾਂ|ਮੈਂ ਸਹਿਮਤ ਹਾਂ|ਮੈਨੂੰ ਮਨਜ਼ੂਰ ਹੈ'],
  ['হ্যাঁ|হ্যা|হাঁ', 'সম্মত|আমি সম্মত|রাজি|আমি রাজি|আমি একমত'],
  ['ஆம்|ஆமாம்|சரி', 'சம்மதம்|எனக்கு சம்மதம்|சம்மதிக்கிறேன்|நான் சம்மதிக்கிறேன்|ஒப்புக்கொள்கிறேன்|நான் ஒப்புக்கொள்கிறேன்'],
  ['అవును|సరే', 'అంగీకరిస్తున్నాను|నేను అంగీకరిస్తున్నాను|నాకు అంగీకారమే'],
  ['ಹೌದು|ಸರಿ', 'ಒಪ್ಪುತ್ತೇನೆ|ನಾನು ಒಪ್ಪುತ್ತೇನೆ|ಒಪ್ಪಿಗೆ ಇದೆ|ನನಗೆ ಒಪ್ಪಿಗೆ ಇದೆ'],
  ['അതെ|ശരി', 'സമ്മതം|എനിക്ക് സമ്മതമാണ്|സമ്മതിക്കുന്നു|ഞാൻ സമ്മതിക്കുന്നു'],
  ['ඔව්', 'එකඟයි|මම එකඟයි|මම එකඟ වෙමි'],
  [
    'ya|iya',
    'setuju|saya setuju|bersedia|saya bersedia|bersetuju|saya bersetuju|saya menerima',
    'boleh|silakan|terima kasih',
  ],
  ['có|vâng|dạ vâng', 'đồng ý|tôi đồng ý|chấp nhận|tôi chấp nhận', 'cảm ơn'],
  ['ใช่|ใช่ครับ|ใช่ค่ะ|ตกลง', 'ยินยอม|ยอมรับ|เห็นด้วย|ฉันยินยอม|ฉันยอมรับ|ฉันเห็นด้วย|ข้าพเจ้ายินยอม'],
  ['oo|opo', 'payag ako|pumapayag ako|sang-ayon ako|sumasang-ayon ako|tinatanggap ko', 'salamat'],
  ['是|是的|好|好的|可以', '同意|我同意|接受|我接受|愿意|我愿意|願意|我願意', '谢谢|謝謝'],
  ['はい', '同意する|同意します|同意|承諾します|承諾する|了承します|賛成します', 'お願いします'],
  ['네|예', '동의|동의합니다|동의함|동의해요|수락합니다|승낙합니다'],
  ['ndiyo|ndio|sawa', 'nakubali|ninakubali|nimekubali', 'asante'],
  ['አዎ|አዎን', 'እስማማለሁ'],
]

const YES: ReadonlySet<string> = new Set(
  YES_BY_LANGUAGE.flatMap(([words, sentences, courtesies = '']) => {
    const first = phrasesOf(words)
    const whole = [...first, ...phrasesOf(sentences)]
    const more = [...whole, ...phrasesOf(courtesies)]
    const pairs = first.flatMap((word) => more.map((next) => `${word} ${next}`))
    return [...whole, ...pairs, ...whole.map((next) => `ok ${next}`)]
  }),
)

/** The evidence that these fields give, or null where the person did not agree. */
export function consentIn(consent: Consent, fields: unknown, now: number): ConsentEvidence | null {
  const at = new Date(now).toISOString()
  if (consent === 'none') return { basis: 'none', what: 'not asked', given: null, at }
  if ('attested' in consent) return { basis: 'attested', what: consent.attested, given: null, at }
  const answers = [valueAt(fields, consent.field)].flat()
  const accepted = new Set((consent.accept ?? []).map(phraseOf))
  if (answers.length === 0 || !answers.every((one) => isYes(one, accepted))) return null
  const given = answers.join(', ').slice(0, MAX_EVIDENCE_CHARACTERS)
  return { basis: 'field', what: consent.field, given, at }
}

/** Whether `accept` can ever match this text: it holds a word or a sign, and no more than is compared. */
export function isComparable(text: unknown): boolean {
  return typeof text === 'string' && phraseOf(text) !== ''
}

/** Every answer of a list must be a yes: "Yes" beside "No" is none. */
function isYes(answer: unknown, accepted: ReadonlySet<string>): boolean {
  if (answer === true || answer === 1) return true
  if (typeof answer !== 'string') return false
  // What a ticked box sends in some tools. As a phrase it would be ① and "-1" too.
  if (answer.trim() === '1') return true
  const phrase = phraseOf(answer)
  return phrase !== '' && (YES.has(phrase) || accepted.has(phrase))
}

function phrasesOf(list: string): string[] {
  return list.split('|').filter(Boolean).map(phraseOf)
}

/** The answer without case, punctuation and invisible characters; empty where it is longer than any yes. */
function phraseOf(answer: string): string {
  const text = withoutInvisible(answer)
  if (text.length > MAX_TEXT_UNITS) return ''
  return (
    normalized(text, 'NFKC')
      .toLowerCase()
      // Capital I has two small letters in Turkish: KATILIYORUM is katılıyorum.
      .replaceAll(/ı|i\u0307/g, 'i')
      .replaceAll(PUNCTUATION, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
  )
}
