"""What is said where there are no articles in somebody's language, and after thanks; in ten languages.

An admin may change or remove all of it. Texts that are there already stay as they are.
"""

from django.db import migrations, models

NAMES = {
    "no_articles_text": "when there are no articles in their language",
    "nearest_text": "before the nearest article in another language",
    "thanks_text": "after thanks",
}
NEW = tuple(NAMES)
SHIPPED = {
    "no_articles_text": (
        "We have no help articles in %(language)s, so I am asking a colleague to help you.",
        "Said when nothing fits and a person is asked to take over.",
    ),
    "nearest_text": (
        "We have no help articles in %(language)s. The nearest one that I found is in %(other)s. "
        "If it does not help, talk to a human.",
        "Said when there are no articles in their language, and one may fit.",
    ),
    "thanks_text": (
        "You are welcome. If anything else comes up, just write.",
        "Said to somebody who only says thank you, or that it is fine.",
    ),
}

TEXTS = {
    "de": {
        "no_articles_text": (
            "Wir haben keine Hilfeartikel auf Deutsch. Ich bitte einen Menschen aus unserem Team dazu."
        ),
        "nearest_text": (
            "Wir haben keine Hilfeartikel auf Deutsch. Der nächste, den ich gefunden habe, ist in einer "
            "anderen Sprache (%(other)s). Wenn er nicht hilft, sprechen Sie mit einem Menschen."
        ),
        "thanks_text": "Gern geschehen. Wenn noch etwas ist, schreiben Sie einfach.",
    },
    "fr": {
        "greeting": "Bonjour. Je cherche dans nos articles d’aide. Que souhaitez-vous savoir ?",
        "answer_intro": "Voici ce que disent nos articles d’aide :",
        "offer_intro": (
            "Je ne sais pas lequel de ces articles il vous faut. L’un d’eux correspond-il ?"
        ),
        "clarify_text": (
            "Je n’ai pas trouvé cela dans nos articles. Pouvez-vous le dire autrement ?"
        ),
        "no_answer_text": (
            "Nos articles n’y répondent pas : je demande à une personne de notre équipe de vous aider."
        ),
        "unhelpful_text": (
            "Je regrette que cela ne vous ait pas aidé. Dites-le-moi autrement, "
            "ou parlez à une personne."
        ),
        "sensitive_text": (
            "Merci de nous l’avoir dit. C’est à une personne d’y répondre : je la fais venir."
        ),
        "emergency_text": (
            "Si vous ou quelqu’un d’autre êtes en danger, appelez tout de suite le numéro d’urgence "
            "(112 en Europe). Vous n’êtes pas seul : une personne de notre équipe est appelée."
        ),
        "other_language_text": "Je n’ai trouvé cela que dans une autre langue (%(language)s) :",
        "no_articles_text": (
            "Nous n’avons pas d’articles d’aide en français : je demande à une personne de notre équipe "
            "de vous aider."
        ),
        "nearest_text": (
            "Nous n’avons pas d’articles d’aide en français. Le plus proche que j’ai trouvé est dans une "
            "autre langue (%(other)s). S’il ne vous aide pas, parlez à une personne."
        ),
        "thanks_text": "Avec plaisir. S’il y a autre chose, écrivez-nous.",
    },
    "es": {
        "greeting": "Hola. Busco en nuestros artículos de ayuda. ¿Qué desea saber?",
        "answer_intro": "Esto es lo que dicen nuestros artículos de ayuda:",
        "offer_intro": "No sé cuál de estos artículos necesita. ¿Le sirve alguno?",
        "clarify_text": "No lo he encontrado en nuestros artículos. ¿Puede decirlo de otra manera?",
        "no_answer_text": (
            "Nuestros artículos no responden a esto, así que pido a una persona de nuestro equipo que le "
            "ayude."
        ),
        "unhelpful_text": (
            "Siento que no le haya servido. Dígamelo con otras palabras, o hable con una persona."
        ),
        "sensitive_text": (
            "Gracias por contárnoslo. De esto se ocupa una persona: ya la estoy avisando."
        ),
        "emergency_text": (
            "Si usted u otra persona está en peligro, llame ahora al número de emergencias (112 en "
            "Europa). No está solo: se está avisando a una persona de nuestro equipo."
        ),
        "other_language_text": "Solo lo he encontrado en otro idioma (%(language)s):",
        "no_articles_text": (
            "No tenemos artículos de ayuda en español, así que pido a una persona de nuestro equipo que "
            "le ayude."
        ),
        "nearest_text": (
            "No tenemos artículos de ayuda en español. El más cercano que he encontrado está en otro "
            "idioma (%(other)s). Si no le sirve, hable con una persona."
        ),
        "thanks_text": "De nada. Si necesita algo más, escríbanos.",
    },
    "it": {
        "greeting": "Buongiorno. Cerco nei nostri articoli di assistenza. Che cosa desidera sapere?",
        "answer_intro": "Ecco che cosa dicono i nostri articoli di assistenza:",
        "offer_intro": "Non so quale di questi articoli le serva. Ce n’è uno che va bene?",
        "clarify_text": "Non l’ho trovato nei nostri articoli. Può dirlo in un altro modo?",
        "no_answer_text": (
            "I nostri articoli non rispondono a questo: chiedo a una persona del nostro team di aiutarla."
        ),
        "unhelpful_text": (
            "Mi dispiace che non sia servito. Me lo dica con altre parole, o parli con una persona."
        ),
        "sensitive_text": (
            "Grazie per avercelo detto. Se ne occupa una persona: la sto chiamando."
        ),
        "emergency_text": (
            "Se lei o qualcun altro è in pericolo, chiami subito il numero di emergenza (112 in Europa). "
            "Non è solo: una persona del nostro team sta per essere chiamata."
        ),
        "other_language_text": "L’ho trovato solo in un’altra lingua (%(language)s):",
        "no_articles_text": (
            "Non abbiamo articoli di assistenza in italiano: chiedo a una persona del nostro team di "
            "aiutarla."
        ),
        "nearest_text": (
            "Non abbiamo articoli di assistenza in italiano. Il più vicino che ho trovato è in un’altra "
            "lingua (%(other)s). Se non aiuta, parli con una persona."
        ),
        "thanks_text": "Prego. Se c’è altro, ci scriva.",
    },
    "nl": {
        "greeting": "Hallo. Ik zoek in onze hulpartikelen. Wat wilt u weten?",
        "answer_intro": "Dit staat in onze hulpartikelen:",
        "offer_intro": "Ik weet niet zeker welk artikel u nodig hebt. Past een van deze?",
        "clarify_text": "Dat heb ik niet in onze artikelen gevonden. Kunt u het anders zeggen?",
        "no_answer_text": (
            "Onze artikelen geven hier geen antwoord op, dus ik vraag een collega om u te helpen."
        ),
        "unhelpful_text": (
            "Het spijt me dat dit niet heeft geholpen. Zeg het met andere woorden, of praat met een mens."
        ),
        "sensitive_text": "Dank u dat u dit vertelt. Dit is iets voor een mens: ik haal er iemand bij.",
        "emergency_text": (
            "Als u of iemand anders in gevaar is, bel dan nu het alarmnummer 112. U staat er niet alleen "
            "voor: iemand uit ons team wordt erbij gevraagd."
        ),
        "other_language_text": "Ik heb dit alleen in een andere taal gevonden (%(language)s):",
        "no_articles_text": (
            "We hebben geen hulpartikelen in het Nederlands, dus ik vraag een collega om u te helpen."
        ),
        "nearest_text": (
            "We hebben geen hulpartikelen in het Nederlands. Het artikel dat er het dichtst bij komt, is "
            "in een andere taal (%(other)s). Helpt het niet, praat dan met een mens."
        ),
        "thanks_text": "Graag gedaan. Is er nog iets, schrijf dan gerust.",
    },
    "pl": {
        "greeting": "Dzień dobry. Szukam w naszych artykułach pomocy. O co chodzi?",
        "answer_intro": "Oto, co mówią nasze artykuły pomocy:",
        "offer_intro": "Nie wiem, który z tych artykułów jest potrzebny. Czy któryś pasuje?",
        "clarify_text": "Nie ma tego w naszych artykułach. Czy można to ująć inaczej?",
        "no_answer_text": (
            "Nasze artykuły na to nie odpowiadają, więc proszę o pomoc osobę z naszego zespołu."
        ),
        "unhelpful_text": (
            "Przykro mi, że to nie pomogło. Proszę napisać to innymi słowami "
            "albo porozmawiać z człowiekiem."
        ),
        "sensitive_text": (
            "Dziękujemy za tę wiadomość. Tym zajmie się człowiek: właśnie proszę o pomoc."
        ),
        "emergency_text": (
            "Jeśli ktoś jest w niebezpieczeństwie, proszę od razu zadzwonić pod numer alarmowy 112. "
            "Osoba z naszego zespołu jest już proszona o dołączenie."
        ),
        "other_language_text": "Jest to tylko w innym języku (%(language)s):",
        "no_articles_text": (
            "Nie mamy artykułów pomocy po polsku, więc proszę o pomoc osobę z naszego zespołu."
        ),
        "nearest_text": (
            "Nie mamy artykułów pomocy po polsku. Najbliższy znaleziony artykuł jest w innym języku "
            "(%(other)s). Jeśli nie pomoże, proszę porozmawiać z człowiekiem."
        ),
        "thanks_text": "Nie ma za co. W razie pytań proszę napisać.",
    },
    "pt": {
        "greeting": "Olá. Procuro nos nossos artigos de ajuda. O que gostaria de saber?",
        "answer_intro": "Isto é o que dizem os nossos artigos de ajuda:",
        "offer_intro": "Não sei de qual destes artigos precisa. Algum deles serve?",
        "clarify_text": "Não encontrei isso nos nossos artigos. Pode dizê-lo de outra forma?",
        "no_answer_text": (
            "Os nossos artigos não respondem a isto, por isso peço a uma pessoa da nossa equipa que ajude."
        ),
        "unhelpful_text": (
            "Lamento que não tenha ajudado. Diga-o por outras palavras, ou fale com uma pessoa."
        ),
        "sensitive_text": "Obrigado por nos contar. Isto é para uma pessoa: já a estou a chamar.",
        "emergency_text": (
            "Se você ou outra pessoa está em perigo, ligue agora para o número de emergência (112 na "
            "Europa). Não está só: uma pessoa da nossa equipa está a ser chamada."
        ),
        "other_language_text": "Só encontrei isto noutra língua (%(language)s):",
        "no_articles_text": (
            "Não temos artigos de ajuda em português, por isso peço a uma pessoa da nossa equipa que ajude."
        ),
        "nearest_text": (
            "Não temos artigos de ajuda em português. O mais próximo que encontrei está noutra língua "
            "(%(other)s). Se não ajudar, fale com uma pessoa."
        ),
        "thanks_text": "De nada. Se precisar de mais alguma coisa, escreva.",
    },
    "sv": {
        "greeting": "Hej. Jag söker i våra hjälpartiklar. Vad vill du veta?",
        "answer_intro": "Det här står i våra hjälpartiklar:",
        "offer_intro": "Jag är inte säker på vilken av artiklarna du behöver. Passar någon?",
        "clarify_text": "Det hittade jag inte i våra artiklar. Kan du säga det på ett annat sätt?",
        "no_answer_text": "Våra artiklar svarar inte på detta, så jag ber en kollega att hjälpa dig.",
        "unhelpful_text": (
            "Jag beklagar att det inte hjälpte. Säg det med andra ord, eller prata med en människa."
        ),
        "sensitive_text": "Tack för att du berättar. Det här är för en människa: jag hämtar någon.",
        "emergency_text": (
            "Om du eller någon annan är i fara, ring nödnumret 112 nu. Du är inte ensam: "
            "någon från vårt team kallas hit."
        ),
        "other_language_text": "Jag hittade det bara på ett annat språk (%(language)s):",
        "no_articles_text": (
            "Vi har inga hjälpartiklar på svenska, så jag ber en kollega att hjälpa dig."
        ),
        "nearest_text": (
            "Vi har inga hjälpartiklar på svenska. Den närmaste som jag hittade är på ett annat språk "
            "(%(other)s). Om den inte hjälper, prata med en människa."
        ),
        "thanks_text": "Varsågod. Om det är något mer, skriv bara.",
    },
    "da": {
        "greeting": "Hej. Jeg søger i vores hjælpeartikler. Hvad vil du vide?",
        "answer_intro": "Det her står i vores hjælpeartikler:",
        "offer_intro": "Jeg er ikke sikker på, hvilken artikel du har brug for. Passer en af dem?",
        "clarify_text": "Det fandt jeg ikke i vores artikler. Kan du sige det på en anden måde?",
        "no_answer_text": (
            "Vores artikler svarer ikke på det, så jeg beder en kollega om at hjælpe dig."
        ),
        "unhelpful_text": (
            "Jeg er ked af, at det ikke hjalp. Sig det med andre ord, eller tal med et menneske."
        ),
        "sensitive_text": "Tak, fordi du fortæller det. Det er for et menneske: jeg henter en kollega.",
        "emergency_text": (
            "Hvis du eller en anden er i fare, så ring til alarmcentralen på 112 nu. Du er ikke alene: "
            "en fra vores team bliver tilkaldt."
        ),
        "other_language_text": "Jeg fandt det kun på et andet sprog (%(language)s):",
        "no_articles_text": (
            "Vi har ingen hjælpeartikler på dansk, så jeg beder en kollega om at hjælpe dig."
        ),
        "nearest_text": (
            "Vi har ingen hjælpeartikler på dansk. Den nærmeste, jeg fandt, er på et andet sprog "
            "(%(other)s). Hvis den ikke hjælper, så tal med et menneske."
        ),
        "thanks_text": "Selv tak. Hvis der er mere, så skriv bare.",
    },
    "tr": {
        "greeting": "Merhaba. Yardım makalelerimizde arıyorum. Ne öğrenmek istersiniz?",
        "answer_intro": "Yardım makalelerimizde şu yazıyor:",
        "offer_intro": "Bunlardan hangisine ihtiyacınız olduğundan emin değilim. Biri uyuyor mu?",
        "clarify_text": "Bunu makalelerimizde bulamadım. Başka bir şekilde söyleyebilir misiniz?",
        "no_answer_text": (
            "Makalelerimiz buna yanıt vermiyor; ekibimizden birinden size yardım etmesini istiyorum."
        ),
        "unhelpful_text": (
            "Yardımcı olamadığım için üzgünüm. Başka sözlerle anlatın ya da bir insanla konuşun."
        ),
        "sensitive_text": (
            "Bunu bize söylediğiniz için teşekkürler. Bununla bir insan ilgilenmeli: birini çağırıyorum."
        ),
        "emergency_text": (
            "Siz ya da bir başkası tehlikedeyse lütfen hemen 112 acil numarasını arayın. Yalnız "
            "değilsiniz: ekibimizden biri çağrılıyor."
        ),
        "other_language_text": "Bunu yalnızca başka bir dilde buldum (%(language)s):",
        "no_articles_text": (
            "Türkçe yardım makalemiz yok; ekibimizden birinden size yardım etmesini istiyorum."
        ),
        "nearest_text": (
            "Türkçe yardım makalemiz yok. Bulduğum en yakın makale başka bir dilde (%(other)s). Yardımcı "
            "olmazsa bir insanla konuşun."
        ),
        "thanks_text": "Rica ederim. Başka bir şey olursa yazmanız yeterli.",
    },
}


def add(apps, schema_editor):
    """Add the languages that are not there, and to those that are what they lack of the new texts."""
    rows = apps.get_model("bots", "LanguageTexts").objects
    for language, texts in TEXTS.items():
        row, new = rows.get_or_create(language=language, defaults=texts)
        if new:
            continue
        for name in NEW:
            setattr(row, name, getattr(row, name) or texts[name])
        row.save(update_fields=NEW)


def text_field(name, **more):
    return models.TextField(max_length=500, verbose_name=NAMES[name], **more)


class Migration(migrations.Migration):
    dependencies = [("bots", "0007_thresholds_of_topics")]

    operations = [
        *(migrations.AddField("LanguageTexts", name, text_field(name, blank=True)) for name in NEW),
        *(
            migrations.AddField(
                "AssistantSettings",
                name,
                text_field(name, default=default, help_text=help_text),
            )
            for name, (default, help_text) in SHIPPED.items()
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
