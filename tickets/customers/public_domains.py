"""Domains at which anybody gets an address: they say nothing of where somebody belongs."""

from __future__ import annotations

from typing import Final

# The large providers by country, as of 2026. A domain that is missing here does no harm that an admin
# does not see: they name it themselves, and read who joined.
_LISTED: Final = """
126.com 163.com 188.com abv.bg alice.it aliceadsl.fr aol.co.uk aol.com aol.de aol.fr arcor.de
att.net bellsouth.net bigpond.com bigpond.net.au blueyonder.co.uk bluewin.ch bol.com.br bt.com
btinternet.com btopenworld.com charter.net chello.nl comcast.net cox.net daum.net duck.com
earthlink.net eircom.net email.com email.cz email.it fastmail.com fastmail.fm foxmail.com
free.fr freemail.hu freenet.de freeserve.co.uk gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr
gmx.net googlemail.com hanmail.net hey.com hispeed.ch home.nl hotmail.ca hotmail.co.uk
hotmail.com hotmail.com.ar hotmail.com.br hotmail.de hotmail.es hotmail.fr hotmail.it hotmail.nl
hotmail.se icloud.com ig.com.br inbox.com inbox.lv inbox.ru inode.at interia.pl juno.com
kolumbus.fi kpnmail.nl laposte.net libero.it list.ru live.at live.be live.ca live.co.uk live.com
live.de live.dk live.fr live.ie live.it live.nl live.no live.se luukku.com mac.com mail.com
mail.de mail.ee mail.ru mailbox.org mailfence.com me.com msn.com my.com naver.com neostrada.pl
neuf.fr nifty.com ntlworld.com numericable.fr o2.co.uk o2.pl onet.eu onet.pl online.de online.no
optonline.net optusnet.com.au orange.fr orange.net outlook.at outlook.be outlook.co.id
outlook.com outlook.de outlook.dk outlook.es outlook.fr outlook.ie outlook.it outlook.jp
outlook.pt pm.me posteo.at posteo.de posteo.net post.cz proton.me protonmail.ch protonmail.com
qq.com rambler.ru rediffmail.com rocketmail.com rogers.com runbox.com sapo.pt sbcglobal.net
seznam.cz sfr.fr shaw.ca sina.cn sina.com sky.com skynet.be sohu.com sympatico.ca t-online.de
talk21.com talktalk.net telenet.be telefonica.net telia.com telus.net terra.com.br terra.es
tiscali.co.uk tiscali.it tlen.pl tuta.com tuta.io tutanota.com tutanota.de ukr.net uol.com.br
verizon.net videotron.ca virgilio.it virgin.net virginmedia.com vodafone.it voila.fr wanadoo.es
wanadoo.fr web.de wp.pl xs4all.nl xtra.co.nz ya.ru yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp
yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.de yahoo.es
yahoo.fr yahoo.gr yahoo.ie yahoo.in yahoo.it yandex.com yandex.ru yeah.net ymail.com zoho.com
zonnet.nl
"""
PUBLIC: Final = frozenset(_LISTED.split())


def is_public(domain: str) -> bool:
    """Whether anybody gets an address at it."""
    return domain in PUBLIC
