"""What somebody wrote now, apart from quotes and signatures; and nothing of it is lost."""

from __future__ import annotations

import pytest

from tests.tickets.reading.mails import HEAD, html, mail, of_parts, part, said
from tickets.email.reading import Person, read

QUOTED = "> Where is it?\n> Your desk"


@pytest.mark.parametrize(
    "above",
    [
        "On Mon, 3 May 2021 at 10:00, Help Desk <help@desk.example> wrote:",
        "Am Mo., 3. Mai 2021 um 10:00 Uhr schrieb Help Desk <\nhelp@desk.example>:",
        "Le lun. 3 mai 2021 à 10:00, Help Desk <help@desk.example> a écrit :",
        "El lun, 3 may 2021 a las 10:00, Help (<help@desk.example>) escribió:",
        "Em seg., 3 de mai. de 2021 às 10:00, Help <help@desk.example> escreveu:",
        "Il giorno lun 3 mag 2021 alle ore 10:00 Help <help@desk.example> ha scritto:",
        "Op ma 3 mei 2021 om 10:00 schreef Help <help@desk.example>:",
        "W dniu 03.05.2021 o 10:00, Help Desk pisze:",
        "пн, 3 мая 2021 г. в 10:00, Help <help@desk.example>:",
        "3 Mayıs 2021 Pzt 10:00 tarihinde Help <help@desk.example> şunu yazdı:",
        "Den mån 3 maj 2021 kl 10:00 skrev Help <help@desk.example>:",
        "2021年5月3日(月) 10:00 Help <help@desk.example>:",
    ],
)
def test_a_quote_and_the_line_that_names_it_are_folded(above: str) -> None:
    found = read(mail(f"It came, thanks.\n\n{above}\n{QUOTED}\n"))
    assert found.said == "It came, thanks."
    assert "Where is it?" in found.folded
    assert "help" in found.folded.lower()


@pytest.mark.parametrize(
    "header",
    [
        "-----Original Message-----\nFrom: Help\nSent: Monday\nTo: Ada\nSubject: Order",
        "_______________\nVon: Help <h@desk.example>\nGesendet: Montag\nAn: Ada\nBetreff: Order",
        "*De :* Help\n*Envoyé :* lundi\n*À :* Ada\n*Objet :* Order",
        "发件人: Help\n发送时间: 2021年\n收件人: Ada\n主题: Order",
        "From: Help <h@desk.example>\nDate: Monday, 3 May\nTo: Ada\nSubject: Order",
    ],
)
def test_below_a_copied_header_all_is_the_mail_before(header: str) -> None:
    found = read(mail(f"It came.\n\n{header}\n\nWhere is it?\nYour desk"))
    assert found.said == "It came."
    assert "Where is it?" in found.folded


def test_answers_between_quoted_lines_stay_with_the_line_above_them() -> None:
    body = "See below.\n\nOn 3 May 2021 10:00 Help wrote:\n> Which colour?\nRed.\n> Which size?\nXL.\n> Bye"
    assert said(body) == "See below.\n\n> Which colour?\n\nRed.\n\n> Which size?\n\nXL."


def test_an_answer_below_the_quote_is_what_was_said() -> None:
    assert said("On 3 May 2021 Help wrote:\n> Which colour?\n\nRed.") == "Red."


def test_where_nothing_would_be_left_all_stays() -> None:
    assert said("> Only a quote.") == "> Only a quote."
    form = "From: Ada\nSubject: Order\nDate: Monday\n\nMy order is late."
    assert "My order is late." in said(form)


@pytest.mark.parametrize(
    "kept",
    [
        "As Peter wrote on Monday:\nit is broken.",
        "From: Berlin\nTo: Paris\nIs there a train?",
        "Sent from my desk, which is new.",
        "Error:\n-- no such table\nWhat now?",
        "On the box it says:\nfragile\nIt was broken at 10:30.",
    ],
)
def test_what_only_looks_like_a_quote_stays(kept: str) -> None:
    assert said(f"Hello,\n{kept}") == f"Hello,\n{kept}"


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPad",
        "Get Outlook for iOS <https://aka.ms/x>",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "发自我的iPhone",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "-- \nAda Lin\nShop Ltd.",
    ],
)
def test_signatures_of_telephones_and_people_are_folded(line: str) -> None:
    found = read(mail(f"It came.\n\n{line}"))
    assert found.said == "It came."
    assert line.splitlines()[-1].strip(".")[:20] in found.folded


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><div class="gmail_attr">Xyz 3:</div>'
        '<blockquote class="gmail_quote">Old</blockquote></div>',
        '<div class="gmail_quote">Qwertz 3 bla:<br><blockquote class="gmail_quote">Old</blockquote></div>',
        '<blockquote type="cite"><div>Old</div></blockquote>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>X:</b> Help</div><div>Old</div>',
        '<div style="border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">X: Help</div><p>Old</p>',
        '<div class="moz-cite-prefix">Xyz:</div><blockquote type="cite">Old</blockquote>',
        '<div class="yahoo_quoted"><div>Xyz 3</div><div>Old</div></div>',
        '<div name="quote"><div>Old</div></div>',
        '<div class="protonmail_quote">Xyz 3<br><blockquote class="protonmail_quote">Old</blockquote></div>',
    ],
)
def test_the_structure_of_the_html_says_what_is_quoted_in_any_language(quote: str) -> None:
    found = html(f"<html><body><div>It came.</div><br>{quote}</body></html>")
    assert found.said == "It came."
    assert "Old" in found.folded


def test_answers_within_a_clients_quote_stay() -> None:
    found = html(
        '<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">X:</div>'
        '<blockquote class="gmail_quote">Colour?</blockquote><div>Red.</div>'
        '<blockquote class="gmail_quote">Size?</blockquote><div>XL.</div></div>'
    )
    assert found.said == "See below.\n\n> Colour?\n\nRed.\n\n> Size?\n\nXL."


def test_a_blockquote_of_ones_own_stays() -> None:
    assert "Error 7" in html("<p>It says:</p><blockquote>Error 7</blockquote><p>Help!</p>").said


def test_a_forward_says_who_wrote_what() -> None:
    body = (
        "Please see.\n\n---------- Forwarded message ---------\nFrom: Bo <bo@x.example>\n"
        "Date: Mon, 3 May 2021 10:00:00 +0000\nSubject: Broken\nTo: Ada <ada@shop.example>\n\nIt is broken."
    )
    found = read(mail(body))
    assert found.said == "Please see."
    assert found.forwarded is not None
    assert found.forwarded.sender == Person("Bo", "bo@x.example")
    assert (found.forwarded.subject, found.forwarded.said) == ("Broken", "It is broken.")
    assert found.forwarded.date is not None
    assert "It is broken." in found.folded


def test_an_attached_mail_is_a_file_and_a_forward() -> None:
    inner = "From: Bo <bo@x.example>\r\nSubject: Broken\r\n\r\nIt is broken."
    found = read(of_parts(part("message/rfc822", inner), head="X: y\r\n"))
    assert [file.name for file in found.files] == ["Broken.eml"]
    assert found.files[0].content.startswith(b"From: Bo")
    assert found.forwarded is not None
    assert found.forwarded.sender.address == "bo@x.example"


def test_flowed_lines_are_whole_again() -> None:
    raw = (
        f"{HEAD}Content-Type: text/plain; format=flowed\r\n\r\nOne \r\nline.\r\n-- \r\nAda".encode()
    )
    assert read(raw).said == "One line."
