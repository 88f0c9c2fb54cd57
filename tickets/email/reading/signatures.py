"""What stands below a mail without being said: signatures, and what telephones add."""

from __future__ import annotations

import re

from tickets.email.reading.lines import Kind, Line

_LONGEST_SIGNATURE = 15  # lines; what is longer below "--" may be a text
_DEVICES = (
    r"(?:iphone|ipad|ipod|android|samsung|galaxy|blackberry|windows|outlook|huawei|xiaomi|redmi|nokia|"
    r"pixel|mobile|phone|smartphone|tablet|handy|proton ?mail|proton|yahoo|aol|gmx|web\.de|k-9|mail|"
    r"gmail|spark|boxer|thunderbird|airmail|hushmail|tutanota|fairemail|vodafone|xperia|oneplus|oppo|"
    r"motorola|htc|lg|sony|mobiltelefon|mobil|mobiel|móvil|celular|cellulare|telefon|téléphone|telefono)"
)
_WORDS = r"(?:[^\s,.;!?]{1,30}\s){0,4}?"
_SENT_FROM = re.compile(
    r"(?:sent from|sent via|sent with|sent using|sent by|get|von meinem|von meiner|gesendet von|"
    r"gesendet mit|gesendet über|gesendet aus|diese nachricht wurde von meinem|diese e-mail wurde von meinem|"
    r"envoyé de|envoyé depuis|envoyé à partir d|envoyé avec|envoyé via|enviado desde|enviado do|"
    r"enviado de|enviado con|obtener|obter|obtenir|inviato da|inviato dal|inviato con|ottieni|"
    r"verstuurd vanaf|verzonden vanaf|verzonden met|download|skickat från|skickades från|hämta|"
    r"sendt fra|hent|lähetetty|hanki|wysłane z|wysłano z|pobierz|odesláno z|odoslané z|získat|"
    r"отправлено с|отправлено из|отправлено от|надіслано з|надіслано від|изпратено от|trimis de pe|"
    r"στάλθηκε από|poslano z|poslano iz|saadetud minu|išsiųsta iš|dikirim dari|được gửi từ|"
    r"تم الإرسال من|أُرسلت من|נשלח מ)[\s'’-]*" + _WORDS + _DEVICES + r".{0,90}",
    re.IGNORECASE,
)
_FROM_SENT = re.compile(  # the device comes first
    r"(?:.{0,25}"
    + _DEVICES
    + r".{0,25}(?:から送信|から送信されました|에서 보냄|에서 보냈습니다|gönderildi|gesendet|"
    r"verzonden|küldve)\S{0,6}|(?:发自|發自|從我的|从我的|傳送自|我的).{0,20}"
    + _DEVICES
    + r".{0,20})",
    re.IGNORECASE,
)
_LONGEST_LINE = 160


def mark(lines: list[Line]) -> None:
    """Marks what is a signature among a mail's own lines."""
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.kind is Kind.OWN:
            if line.text.rstrip() in ("--", "-- ", "—"):
                number = _below(lines, number)
                continue
            if _is_of_telephone(line.text):
                line.kind = Kind.SIGNATURE
        number += 1


def _below(lines: list[Line], first: int) -> int:
    """Marks the signature that begins at a line of two hyphens; the line behind it."""
    said = 0
    after = first + 1
    while after < len(lines) and lines[after].kind in (Kind.OWN, Kind.SIGNATURE):
        said += not lines[after].is_blank
        if said > _LONGEST_SIGNATURE or lines[after].text == "--":
            return first + 1
        after += 1
    for line in lines[first:after]:
        line.kind = Kind.SIGNATURE
    return after


def _is_of_telephone(text: str) -> bool:
    text = text.strip(" \t*_-–—.<>()[]")
    if not 6 <= len(text) <= _LONGEST_LINE:
        return False
    return _SENT_FROM.fullmatch(text) is not None or _FROM_SENT.fullmatch(text) is not None
