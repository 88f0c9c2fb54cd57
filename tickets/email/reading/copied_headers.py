"""The header that a client copies above the mail that is answered or passed on, in many languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tickets.email.reading.lines import Line

_LABELS = {
    "from": "from|von|de|da|van|från|fra|lähettäjä|od|nadawca|от|от кого|від|від кого|kimden|gönderen|"
    "feladó|de la|expéditeur|remetente|mittente|afzender|avsändare|afsender|odesílatel|odosielateľ|"
    "από|מאת|من|发件人|寄件者|寄件人|差出人|보낸 사람|보낸사람|từ|dari|šalje|pošiljatelj|saatja|nuo|no|จาก",
    "sent": "sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|date d'envoi|enviado|enviado el|"
    "enviada em|enviado em|fecha|inviato|data|verzonden|skickat|sendt|dato|lähetetty|päivämäärä|wysłano|"
    "wysłane|odesláno|odoslané|dátum|отправлено|дата|надіслано|gönderilme tarihi|tarih|elküldve|trimis|"
    "trimis la|ημερομηνία|στάλθηκε|נשלח|תאריך|تاريخ الإرسال|التاريخ|发送时间|发送日期|日期|寄件日期|"
    "傳送時間|日時|送信日時|送信日|보낸 날짜|날짜|ngày|tanggal|poslano|saadetud|išsiųsta|วันที่",
    "to": "to|an|à|a|para|per|aan|till|til|vastaanottaja|do|komu|кому|до|kime|alıcı|címzett|către|pour|"
    "destinataire|destinatario|destinatário|προς|אל|إلى|收件人|收件者|宛先|받는 사람|받는사람|đến|kepada|"
    "za|saaja|kam|ถึง",
    "subject": "subject|betreff|objet|objet du message|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|"
    "předmět|predmet|тема|konu|tárgy|subiect|θέμα|נושא|الموضوع|主题|主旨|主題|件名|제목|chủ đề|subjek|teema|"
    "tema|เรื่อง",
    "other": "cc|kopie|copie|bcc|reply-to|antwort an|importance|priorität|wichtigkeit|anlagen|"
    "attachments|organization|kopia|копия|копія|抄送|副本|참조|attachment|importancia|prioridad",
}
_KINDS = {label: kind for kind, labels in _LABELS.items() for label in labels.split("|")}
_LABELLED = re.compile(
    r"[\s>*_]*+([^\W\d_][^:：*\n]{0,24}?)[ \xa0*]*+[:：][ \xa0*]*+(.*)", re.DOTALL
)
_FORWARD = (
    "forwarded message|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten|"
    "message transféré|début du message|message réexpédié|mensaje reenviado|inicio del mensaje|"
    "mensagem encaminhada|início da mensagem|messaggio inoltrato|inizio messaggio|doorgestuurd bericht|"
    "begin doorgestuurd|vidarebefordrat|vidarebefordrade|videresendt|videresendte|videresend|"
    "välitetty viesti|przekazana wiadomość|wiadomość przekazana|přeposlaná zpráva|preposlaná|"
    "пересылаемое сообщение|пересланное сообщение|начало переадресованного|переслане|iletilen|"
    "yönlendirilmiş|továbbított|mesaj redirecționat|προωθημένο|הועברה|رسالة معاد|转发的邮件|轉寄|"
    "已转发|転送|전달된|fw:|fwd:"
)
_ORIGINAL = (
    "original message|original appointment|ursprüngliche nachricht|originalnachricht|"
    "message d'origine|message original|mensaje original|mensagem original|messaggio originale|"
    "oorspronkelijk bericht|ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|"
    "opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|"
    "pôvodná správa|исходное сообщение|оригинальное сообщение|оригінальне повідомлення|orijinal mesaj|"
    "özgün ileti|eredeti üzenet|mesaj original|αρχικό μήνυμα|原始邮件|原始郵件|原邮件|元のメッセージ|"
    "원본 메시지|원본 메일|reply message|thư gốc"
)
_RULE = re.compile(r"[\s>]*+[-_*=–—]{2,}+\s*+([^-_*=–—\n][^\n]{2,70}?)\s*+[-_*=–—]{2,}+\s*")
_DRAWN = re.compile(r"[\s>]*+[-_*=–—]{5,}+\s*")
_FURTHER = 12  # lines in which the fields have to stand


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a mail within a text: lines `first` up to but without `after`."""

    first: int
    after: int
    fields: dict[str, str]
    is_forward: bool  # what stands above it says that it was passed on


def header_at(lines: list[Line], place: int) -> Header | None:
    """The header that begins at a line, with the line drawn above it; None if none does."""
    start, is_forward, is_said = _above(lines, place)
    if start is None:
        return None
    fields: dict[str, str] = {}
    after = last = start
    for number in range(start, min(start + _FURTHER, len(lines))):
        text = lines[number].text
        if lines[number].is_blank:
            if fields and "from" in fields and len(fields) > 1 and "subject" in fields:
                break
            continue
        found = labelled(text)
        if found is None:
            # The value of the field above, gone on; or the text begins.
            if not fields or number != last + 1 or "subject" in fields or len(text) > 200:
                break
            last = number
            continue
        if found[0] in fields and found[0] != "other":
            break
        fields.setdefault(*found)
        last, after = number, number + 1
    is_whole = "from" in fields and "subject" in fields and len(fields) >= 3
    is_whole = is_whole or ({"from", "sent", "to"} <= fields.keys() and "@" in fields["from"])
    if is_whole or (is_said and "from" in fields):
        return Header(place, after, fields, is_forward)
    if is_said:
        return Header(place, start, {}, is_forward)
    return None


@lru_cache(maxsize=256)  # each line is looked at by the lines above it, too
def labelled(text: str) -> tuple[str, str] | None:
    """What a line like `Subject: Hello` is and says; None for any other line."""
    if ":" not in text[:60] and "：" not in text[:60]:
        return None
    match = _LABELLED.match(text)
    kind = _KINDS.get(match[1].strip().lower()) if match else None
    return (kind, match[2].strip(" *\xa0")) if match and kind else None


def _above(lines: list[Line], place: int) -> tuple[int | None, bool, bool]:
    """Where the fields begin, and whether a line says "forwarded" or "original message"."""
    text = lines[place].text
    stripped = text.strip("-_*=–— \t>:：").lower()
    if not stripped:
        following = _next(lines, place)
        if _DRAWN.fullmatch(text) and following is not None and labelled(lines[following].text):
            return following, False, False
        return None, False, False
    if len(stripped) <= 90:
        is_ruled = _RULE.fullmatch(text) is not None
        if (is_ruled or text.rstrip().endswith((":", "："))) and _says(stripped, _FORWARD):
            return _next(lines, place) or place + 1, True, is_ruled
        if is_ruled and _says(stripped, _ORIGINAL):
            return _next(lines, place) or place + 1, False, True
        following = _next(lines, place) if is_ruled else None
        if following is not None and labelled(lines[following].text):
            return following, False, False
    return (place, False, False) if labelled(text) else (None, False, False)


def _next(lines: list[Line], place: int) -> int | None:
    """The next line that says something, if it is near."""
    for number in range(place + 1, min(place + 4, len(lines))):
        if not lines[number].is_blank:
            return number
    return None


def _says(text: str, phrases: str) -> bool:
    return any(phrase in text for phrase in phrases.split("|"))
